// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/json.hpp"

#include <boost/json/serialize.hpp>

#include "base/lenient_json.hpp"
#include "fuzz/targets.hpp"
#include "host/guard/protocol.hpp"
#include "launch/describe.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster::fuzz {
namespace {

template <class Value>
void survives(std::string_view bytes) {
    const auto value = accepted([&] { return from_json<Value>(bytes); });
    if (value) expect(from_json<Value>(to_json(*value)) == *value, "an accepted value survives its JSON form");
    const auto lenient = accepted([&] { return detail::from_json_leniently<Value>(bytes, "json"); });
    if (value) expect(lenient == value, "what is read strictly is read leniently, to the same value");
}

/// Lines of a guard's socket, and of the link between guards.
template <class Message>
void is_read_leniently(std::string_view bytes) {
    const auto read = [](std::string_view text) { return detail::from_json_leniently<Message>(text, "line"); };
    const auto message = accepted([&] { return read(bytes); });
    if (!message) return;
    const std::string text = boost::json::serialize(detail::to_value(*message));
    expect(boost::json::serialize(detail::to_value(read(text))) == text, "an accepted message survives");
}

}  // namespace

void json(std::string_view bytes) {
    const auto document = accepted([&] { return detail::parse_json(bytes, "json"); });
    if (document) {
        // Once through, because -0.0 is printed as -0, which is read as the integer 0.
        const auto again = [](const std::string& text) { return detail::print_json(detail::parse_json(text, "json")); };
        const std::string printed = again(detail::print_json(*document));
        expect(again(printed) == printed, "printed JSON prints the same again");
    }
    survives<LaunchPlan>(bytes);
    survives<HostStatus>(bytes);
    survives<PathProbe>(bytes);
    is_read_leniently<detail::protocol::GuardRequest>(bytes);
    is_read_leniently<detail::protocol::GuardReply>(bytes);
    is_read_leniently<detail::protocol::PeerHello>(bytes);
    is_read_leniently<detail::protocol::PeerNews>(bytes);
}

}  // namespace r1cluster::fuzz
