// SPDX-License-Identifier: Apache-2.0
#include "host/agent/protocol.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "r1cluster/base/version.hpp"

namespace r1cluster::detail::protocol {
namespace {

/// Counts changes after which one side misreads the other. New members need no new number where they may be missing.
constexpr int agent_protocol = 1;

/// The small members of both frames; params and result are moved, for they can be large.
struct FrameHead {
    std::uint64_t id = 0;
    std::string method;
    std::optional<WireError> error;
};
BOOST_DESCRIBE_STRUCT(FrameHead, (), (id, method, error))

constexpr const char* params_name = "params";
constexpr const char* result_name = "result";

json::value take(json::value& frame, const char* name) {
    json::value* member = frame.get_object().if_contains(name);
    return member ? std::move(*member) : json::value();
}

std::string introduced(const Speaker& speaker) {
    const Hello& hello = speaker.hello;
    const std::string protocols = hello.oldest_protocol == hello.protocol
                                      ? fmt::format("protocol {}", hello.protocol)
                                      : fmt::format("protocols {} to {}", hello.oldest_protocol, hello.protocol);
    return fmt::format("{} is r1cluster {} and speaks {}", speaker.name,
                       hello.version.empty() ? "0.1.0" : hello.version, protocols);
}

}  // namespace

std::string to_body(RequestFrame frame) {
    json::object body{{"id", frame.id}, {"method", frame.method}};
    body[params_name] = std::move(frame.params);
    return json::serialize(body);
}

RequestFrame parse_request(std::string_view body) {
    json::value frame = parse_json(body, "request");
    const auto head = from_value_leniently<FrameHead>(frame, "request");
    return {head.id, head.method, take(frame, params_name)};
}

std::string to_body(ReplyFrame frame) {
    json::object body{{"id", frame.id}};
    if (frame.error) {
        body["error"] = to_value(*frame.error);
    } else {
        body[result_name] = std::move(frame.result);
    }
    return json::serialize(body);
}

ReplyFrame parse_reply(std::string_view body, std::string_view host) {
    json::value frame = parse_json(body, host);
    const auto head = from_value_leniently<FrameHead>(frame, std::string(host));
    return {head.id, take(frame, result_name), head.error};
}

Hello hello_of_agent() { return {agent_protocol, agent_protocol, std::string(library_version())}; }

void require_common_protocol(const std::string& subject, const Speaker& ours, const Speaker& theirs,
                             const std::string& remedy) {
    const bool is_common =
        ours.hello.protocol >= theirs.hello.oldest_protocol && theirs.hello.protocol >= ours.hello.oldest_protocol;
    if (is_common) return;
    throw Error(ErrorKind::unavailable, subject,
                fmt::format("{}, {}; {}", introduced(theirs), introduced(ours), remedy));
}

}  // namespace r1cluster::detail::protocol
