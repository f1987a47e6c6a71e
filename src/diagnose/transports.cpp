// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>

#include "base/text_reader.hpp"
#include "diagnose/log_text.hpp"
#include "r1cluster/diagnose/diagnose.hpp"

namespace r1cluster {
namespace {

using detail::TextReader;

/// "8[0]": a rank and its device.
bool take_rank(TextReader& reader) {
    return reader.take_number() && reader.take("[") && reader.take_number() && reader.take("]");
}

// "host:pid:tid [device]" right before NCCL's text: what a model wrote into the log does not have it.
bool is_after_nccl_prefix(std::string_view before) {
    const std::size_t open = before.rfind(" [");
    if (open == std::string_view::npos || !before.ends_with(']')) return false;
    std::string_view who = before.substr(0, open);
    for (int field = 0; field < 2; ++field) {
        const std::size_t colon = who.rfind(':');
        if (colon == std::string_view::npos || colon + 1 == who.size()) return false;
        const std::string_view digits = who.substr(colon + 1);
        if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return false;
        who = who.substr(0, colon);
    }
    return !who.empty();
}

// "NET/IB/0(3)/GDRDMA(PCI)/Shared" -> "NET/IB/GDRDMA": which network and whether it reads GPU memory itself.
std::string name_of_network(std::string_view via) {
    const std::size_t network_end = std::min(via.find('/', 4), via.size());
    std::string name(via.substr(0, network_end));
    if (via.find("/GDRDMA", network_end) != std::string_view::npos) name += "/GDRDMA";
    return name;
}

std::string name_of_transport(std::string_view via) {
    constexpr std::size_t longest = 40;
    if (via.starts_with("NET/") && via.size() > 4) return name_of_network(via).substr(0, longest);
    if (via.starts_with("P2P/indirect")) return "P2P/indirect";
    if (via.starts_with("P2P/direct pointer")) return "P2P/direct pointer";
    if (!via.starts_with("P2P/") && !via.starts_with("SHM/")) return {};
    const std::string_view name = via.substr(0, via.find(' '));
    return name.size() > 4 ? std::string(name.substr(0, longest)) : std::string();
}

// A log of 8 MiB holds lines enough for an int to overflow, if each says that it stands for many.
constexpr int most_channels = 1'000'000'000;

// Ray writes one line for many: "... [repeated 7x across cluster]".
int repeats(std::string_view rest) {
    const std::size_t start = rest.find(" [repeated ");
    if (start == std::string_view::npos) return 1;
    TextReader reader(rest.substr(start + 11));
    const std::optional<int> number = reader.take_number();
    return number && reader.take("x") ? std::clamp(*number, 1, 10000) : 1;
}

/// "vm:1:2 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] [send] via NET/Socket/0"
void count_channel(const detail::LogLine& line, std::map<std::string, int>& channels) {
    constexpr std::string_view mark = " NCCL INFO Channel ";
    const std::size_t at = line.text.find(mark);
    if (line.is_routine || at == std::string::npos || !is_after_nccl_prefix(std::string_view(line.text).substr(0, at)))
        return;
    TextReader reader(std::string_view(line.text).substr(at + mark.size()));
    if (!reader.take_number()) return;
    if (reader.take("/") && !reader.take_number()) return;
    if (!reader.take(" : ") || !take_rank(reader) || !reader.take(" -> ") || !take_rank(reader)) return;
    if (!reader.take(" [send]")) reader.take(" [receive]");
    if (!reader.take(" via ")) return;
    std::string name = name_of_transport(reader.rest());
    if (name.empty()) return;
    int& count = channels[std::move(name)];
    count = std::min(count, most_channels) + repeats(reader.rest());
}

}  // namespace

std::vector<TransportUse> find_transports(const std::vector<EngineLog>& logs) {
    std::map<std::string, int> channels;
    for (const EngineLog& log : logs) {
        detail::for_each_line(log.text, [&](const detail::LogLine& line) { count_channel(line, channels); });
    }
    std::vector<TransportUse> result;
    for (const auto& [name, count] : channels) result.push_back({.transport = name, .channels = count});
    std::ranges::stable_sort(result, std::ranges::greater{}, &TransportUse::channels);
    return result;
}

}  // namespace r1cluster
