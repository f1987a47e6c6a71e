// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/layout/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "layout/words.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster {
namespace {

/// A property of a layout: its text, and a number where more or less of it is better.
struct Property {
    std::string text;
    std::optional<double> number;
};

enum class Wanted { most, least };

BetterLayout better(const Property& first, const Property& second, Wanted wanted) {
    if (!first.number || !second.number || *first.number == *second.number) return BetterLayout::neither;
    const bool is_first_more = *first.number > *second.number;
    return is_first_more == (wanted == Wanted::most) ? BetterLayout::first : BetterLayout::second;
}

Property largest_weights(const Layout& layout) {
    std::uint64_t bytes = 0;
    for (const RankPlacement& rank : layout.ranks) bytes = std::max(bytes, rank.weight_bytes);
    if (bytes == 0) return {"unknown", std::nullopt};
    return {format_bytes(bytes), static_cast<double>(bytes)};
}

Property tokens(const std::optional<WholeInterval>& interval) {
    if (!interval) return {"unknown", std::nullopt};
    return {detail::in_words(interval) + " tokens", static_cast<double>(interval->likely)};
}

Property longest_request(const Layout& layout) {
    const std::optional<std::int64_t>& longest = layout.longest_request_tokens;
    if (!longest) return {"unknown", std::nullopt};
    return {detail::tokens_text(*longest) + " tokens", static_cast<double>(*longest)};
}

Property forecast(const std::optional<Interval>& interval, const std::string& unit) {
    if (!interval) return {"unknown", std::nullopt};
    return {detail::in_words(*interval, unit), interval->likely};
}

class Comparison {
public:
    void add(const std::string& what, const Property& first, const Property& second, Wanted wanted) {
        if (first.text == second.text) return;
        differences.push_back({what, first.text, second.text, better(first, second, wanted)});
    }
    void add(const std::string& what, const std::string& first, const std::string& second) {
        if (first != second) differences.push_back({what, first, second, BetterLayout::neither});
    }

    std::vector<LayoutDifference> differences;
};

std::string load_text(const Layout& layout) {
    return layout.workload ? detail::in_words(*layout.workload) : std::string("none");
}

}  // namespace

std::string_view to_text(BetterLayout better) {
    switch (better) {
        case BetterLayout::neither: return "neither";
        case BetterLayout::first: return "first";
        case BetterLayout::second: return "second";
    }
    return "neither";
}

std::vector<LayoutDifference> compare(const Layout& first, const Layout& second) {
    Comparison comparison;
    comparison.add("layout", detail::headline(first), detail::headline(second));
    comparison.add("ranks", std::to_string(first.world_size()), std::to_string(second.world_size()));
    comparison.add("weights of the fullest rank", largest_weights(first), largest_weights(second), Wanted::least);
    comparison.add("KV cache", tokens(first.kv_tokens), tokens(second.kv_tokens), Wanted::most);
    comparison.add("longest request", longest_request(first), longest_request(second), Wanted::most);
    comparison.add("load of the forecasts", load_text(first), load_text(second));
    if (first.workload != second.workload) return comparison.differences;
    comparison.add("time to first token", forecast(first.ttft_ms, "ms"), forecast(second.ttft_ms, "ms"), Wanted::least);
    comparison.add("time per output token", forecast(first.tpot_ms, "ms"), forecast(second.tpot_ms, "ms"),
                   Wanted::least);
    comparison.add("output", forecast(first.output_tokens_per_s, "tokens/s"),
                   forecast(second.output_tokens_per_s, "tokens/s"), Wanted::most);
    return comparison.differences;
}

std::string show(const std::vector<LayoutDifference>& differences) {
    if (differences.empty()) return "the layouts do not differ\n";
    std::size_t what = 0;
    std::size_t first = 0;
    for (const LayoutDifference& difference : differences) {
        what = std::max(what, difference.what.size());
        first = std::max(first, difference.first.size());
    }
    std::string text;
    for (const LayoutDifference& difference : differences) {
        text += fmt::format("{:{}}  {} {:{}}  {} {}\n", difference.what, what,
                            difference.better == BetterLayout::first ? '*' : ' ', difference.first, first,
                            difference.better == BetterLayout::second ? '*' : ' ', difference.second);
    }
    return text;
}

}  // namespace r1cluster
