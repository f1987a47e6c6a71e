// SPDX-License-Identifier: Apache-2.0
// Input: parts, first the kind of an answer and its key in turn with the answer's text: "file /proc/meminfo", ...;
// or one part, the JSON of Readings.
#include "r1cluster/views/views.hpp"

#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"

namespace r1cluster::fuzz {
namespace {

Readings readings_of(const std::vector<std::string_view>& input) {
    Readings readings;
    readings.host = "node0";
    readings.taken_at = "2025-01-01T00:00:00Z";
    for (std::size_t i = 0; i + 1 < input.size(); i += 2) {
        const std::string_view key = input[i];
        const Answer answer{std::string(input[i + 1]), ""};
        const std::string name(key.substr(std::min(key.find(' '), key.size() - 1) + 1));
        if (key.starts_with("file ")) readings.files[name] = answer;
        if (key.starts_with("link ")) readings.links[name] = answer;
        if (key.starts_with("listing ")) readings.listings[name] = answer;
        if (key.starts_with("call ")) readings.calls[name] = answer;
    }
    return readings;
}

}  // namespace

void interpret(std::string_view bytes) {
    const auto input = parts(bytes);
    const auto readings = input.size() == 1 ? accepted([&] { return from_json<Readings>(input.front()); })
                                            : std::optional(readings_of(input));
    if (!readings) return;
    const Machine machine = r1cluster::interpret(*readings);  // never throws for what a host said
    expect(machine.host == readings->host, "a machine bears the name of its readings");
    expect(machine.is_reached() == readings->unreachable_because.empty(), "only a host that was not reached is one");
    for (const Gap& gap : machine.gaps) expect(!gap.subject.empty() && !gap.because.empty(), "a gap says what and why");
    expect(!show(machine).empty() && !show_html(machine).empty(), "a machine can be shown");
    const std::string text = to_json(machine);  // which is UTF-8, whatever the host said
    expect(to_json(from_json<Machine>(text)) == text, "a machine survives its JSON form");
}

}  // namespace r1cluster::fuzz
