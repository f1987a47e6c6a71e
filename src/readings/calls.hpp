// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The JSON of those calls in Readings::calls that answer more than one value. Whoever writes a call and
/// whoever interprets it share the struct, so the two cannot drift apart.

#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/reflect_json.hpp"

namespace r1cluster::calls {

/// "uname()"
struct Uname {
    std::string sysname, nodename, release, version, machine;
};
BOOST_DESCRIBE_STRUCT(Uname, (), (sysname, nodename, release, version, machine))

/// "getpwuid()": the user that reads
struct User {
    std::string name, home;
};
BOOST_DESCRIBE_STRUCT(User, (), (name, home))

/// "cpuinfo()": counted over all of /proc/cpuinfo, of which Readings keep the first block only. Sockets and
/// cores are 0 where the kernel does not say (it does on x86).
struct CpuCount {
    int processors = 0, sockets = 0, cores = 0;
};
BOOST_DESCRIBE_STRUCT(CpuCount, (), (processors, sockets, cores))

/// "getrlimit(RLIMIT_MEMLOCK)"; null is unlimited
struct Rlimit {
    std::optional<std::uint64_t> soft, hard;
};
BOOST_DESCRIBE_STRUCT(Rlimit, (), (soft, hard))

/// "statvfs(PATH)"; `resolved` is the path without symbolic links, of PATH itself or, for a folder that is
/// yet to be made, of its nearest ancestor that exists
struct Statvfs {
    std::string resolved;
    std::uint64_t total_bytes = 0, free_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Statvfs, (), (resolved, total_bytes, free_bytes))

/// One of "getifaddrs()"
struct InterfaceAddress {
    std::string interface, address;
    int prefix_length = 0;
};
BOOST_DESCRIBE_STRUCT(InterfaceAddress, (), (interface, address, prefix_length))

/// "image(NAME)": what Docker or Podman say of an image
struct Image {
    std::string id, architecture, operating_system;
    std::optional<std::vector<std::string>> digests;  ///< null: it came from no registry
    std::uint64_t size_bytes = 0;
    std::string user;  ///< empty: root
};
BOOST_DESCRIBE_STRUCT(Image, (), (id, architecture, operating_system, digests, size_bytes, user))

/// "route(ADDRESS)"; an empty gateway is a destination on link
struct Route {
    std::string interface, source, gateway;
};
BOOST_DESCRIBE_STRUCT(Route, (), (interface, source, gateway))

/// "python(PATH)"; folders in the order in which the interpreter would search them
struct Python {
    std::string version;
    std::vector<std::string> site_packages;
};
BOOST_DESCRIBE_STRUCT(Python, (), (version, site_packages))

struct Shard {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::string header_sha256, because;
};
BOOST_DESCRIBE_STRUCT(Shard, (), (name, size_bytes, header_sha256, because))

/// "checkpoint(PATH)"
struct Checkpoint {
    std::string config_sha256, index_sha256;
    std::vector<Shard> shards;
};
BOOST_DESCRIBE_STRUCT(Checkpoint, (), (config_sha256, index_sha256, shards))

/// "bind(ADDRESS:PORT)"
struct Bind {
    bool is_free = false;
    std::string because, holder;
};
BOOST_DESCRIBE_STRUCT(Bind, (), (is_free, because, holder))

/// "clock()": the host's clock minus the controller's
struct Clock {
    double offset_s = 0, uncertainty_s = 0;
};
BOOST_DESCRIBE_STRUCT(Clock, (), (offset_s, uncertainty_s))

template <class Shape>
std::string to_text(const Shape& shape) {
    return detail::json::serialize(detail::to_value(shape));
}

/// Throws Error (invalid_input) that leads with `call`.
template <class Shape>
Shape parse(std::string_view text, const std::string& call) {
    return detail::from_value<Shape>(detail::parse_json(text, call), call);
}

}  // namespace r1cluster::calls
