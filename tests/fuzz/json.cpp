// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/json.hpp"
#include "base/reflect_json.hpp"
#include "fuzz/targets.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster::fuzz {
namespace {

template <class Value>
void survives(std::string_view bytes) {
    const auto value = accepted([&] { return from_json<Value>(bytes); });
    if (value) expect(from_json<Value>(to_json(*value)) == *value, "an accepted value survives its JSON form");
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
}

}  // namespace r1cluster::fuzz
