// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a controller asks an agent, and what the agent replies: one struct per method, which names the method and the
/// type of its reply. Caller and handler share the struct, so neither spells a method or a field.
/// The methods for deployments are in host/guard/protocol.hpp.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/lenient_json.hpp"
#include "host/agent/wire_error.hpp"
#include "host/read/describe.hpp"
#include "readings/calls.hpp"
#include "readings/describe.hpp"

namespace r1cluster::detail::protocol {

/// What a frame holds on its way to the agent ...
struct RequestFrame {
    std::uint64_t id = 0;  ///< of the caller's choice; the reply bears it
    std::string method;
    json::value params;
};
std::string to_body(RequestFrame frame);
RequestFrame parse_request(std::string_view body);

/// ... and on its way back.
struct ReplyFrame {
    std::uint64_t id = 0;
    json::value result;
    std::optional<WireError> error;  ///< set: there is no result
};
std::string to_body(ReplyFrame frame);
ReplyFrame parse_reply(std::string_view body, std::string_view host);

/// What both ends of a connection say first, so that builds that cannot talk find out before they misread each other.
struct Hello {
    static constexpr const char* method = "hello";
    using Reply = Hello;
    int protocol = 0;         ///< the newest that the sender speaks; 0: release 0.1.0, which names none
    int oldest_protocol = 0;  ///< the oldest that it still speaks
    std::string version;      ///< of its library
};
BOOST_DESCRIBE_STRUCT(Hello, (), (protocol, oldest_protocol, version))

/// Of this build, between controller and agent. Both come from one build, since the controller copies its own
/// executable to the hosts: an older protocol is never spoken.
Hello hello_of_agent();

/// One side of a connection, in an error.
struct Speaker {
    std::string name;  ///< "the agent", "this controller"
    Hello hello;
};
/// Throws Error (unavailable) where there is no protocol that both speak: with both versions, and what to do.
void require_common_protocol(const std::string& subject, const Speaker& ours, const Speaker& theirs,
                             const std::string& remedy);

struct ClockTime {
    double unix_time_s = 0;
};
BOOST_DESCRIBE_STRUCT(ClockTime, (), (unix_time_s))

/// The host's clock, to be compared with the controller's.
struct ReadClock {
    static constexpr const char* method = "clock";
    using Reply = ClockTime;
};
BOOST_DESCRIBE_STRUCT(ReadClock, (), ())

/// Reads the agent's host.
struct ReadHost {
    static constexpr const char* method = "read";
    using Reply = Readings;
    ReadRequest request;
};
BOOST_DESCRIBE_STRUCT(ReadHost, (), (request))

struct Fetched {
    bool is_new = false;  ///< the host did not have it before
};
BOOST_DESCRIBE_STRUCT(Fetched, (), (is_new))

/// Makes sure that the host has a container image: loads it from the archive, or pulls it. Takes as long as that takes.
struct FetchImage {
    static constexpr const char* method = "image";
    using Reply = Fetched;
    std::string program;  ///< "docker", "podman", or a path
    std::string image;
    std::string archive;  ///< file on the host; empty: none
    bool may_pull = false;
};
BOOST_DESCRIBE_STRUCT(FetchImage, (), (program, image, archive, may_pull))

/// Reads the checkpoint at this path of the agent's host.
struct ReadCheckpoint {
    static constexpr const char* method = "checkpoint";
    using Reply = CheckpointText;
    std::string path;
};
BOOST_DESCRIBE_STRUCT(ReadCheckpoint, (), (path))

struct Endpoint {
    std::string address;
    int port = 0;
};
BOOST_DESCRIBE_STRUCT(Endpoint, (), (address, port))

/// Whether each of these can be bound; the keys of the reply are those of Readings::calls, "bind(ADDRESS:PORT)".
struct BindPorts {
    static constexpr const char* method = "bind";
    using Reply = std::map<std::string, calls::Bind>;
    std::vector<Endpoint> ports;
};
BOOST_DESCRIBE_STRUCT(BindPorts, (), (ports))

struct Listening {
    int port = 0;
};
BOOST_DESCRIBE_STRUCT(Listening, (), (port))

/// Listens on a free port of this address and echoes what arrives, as long as the agent lives.
struct Listen {
    static constexpr const char* method = "listen";
    using Reply = Listening;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(Listen, (), (address))

struct Connection {
    bool is_connected = false;
    std::string from_address;
    std::optional<double> round_trip_us;  ///< the shortest of three
    std::string because;                  ///< why not
};
BOOST_DESCRIBE_STRUCT(Connection, (), (is_connected, from_address, round_trip_us, because))

/// One connection to a listening agent, with three small messages there and back.
struct Connect {
    static constexpr const char* method = "connect";
    using Reply = Connection;
    Endpoint to;
    double timeout_s = 0;
};
BOOST_DESCRIBE_STRUCT(Connect, (), (to, timeout_s))

}  // namespace r1cluster::detail::protocol
