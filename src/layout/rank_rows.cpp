// SPDX-License-Identifier: Apache-2.0
#include "layout/rank_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "layout/words.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_rows = 16;

using Rank = std::vector<RankPlacement>::const_iterator;

bool is_equal_load(const RankPlacement& a, const RankPlacement& b) {
    return a.layer_count == b.layer_count && a.weight_bytes == b.weight_bytes && a.memory_bytes == b.memory_bytes &&
           a.kv_tokens == b.kv_tokens && a.gpu.has_value() == b.gpu.has_value();
}

bool is_equal_place(const RankPlacement& a, const RankPlacement& b) {
    return a.host == b.host && a.pipeline_rank == b.pipeline_rank && a.data_rank == b.data_rank;
}

/// "0-7", "3", "0, 2, 5".
std::string numbers(const std::vector<int>& list) {
    const bool is_run = list.back() - list.front() + 1 == static_cast<int>(list.size());
    if (list.size() > 1 && is_run) return fmt::format("{}-{}", list.front(), list.back());
    return fmt::format("{}", fmt::join(list, ", "));
}

RankRow row_of(Rank begin, Rank end, const std::optional<int>& limiting_rank) {
    const RankPlacement &first = *begin, &last = *(end - 1);
    RankRow row;
    row.ranks = first.rank == last.rank ? std::to_string(first.rank) : fmt::format("{}-{}", first.rank, last.rank);
    row.host = first.host == last.host ? first.host : fmt::format("{} ... {}", first.host, last.host);
    std::vector<int> gpus;
    for (Rank rank = begin; rank != end; ++rank) {
        if (rank->gpu && std::ranges::find(gpus, *rank->gpu) == gpus.end()) gpus.push_back(*rank->gpu);
    }
    row.gpus = gpus.empty() ? "CPU" : numbers(gpus);
    row.layers = first.pipeline_rank == last.pipeline_rank
                     ? fmt::format("{}-{}", first.first_layer, first.first_layer + first.layer_count - 1)
                     : fmt::format("{} each", first.layer_count);
    row.weights = format_bytes(first.weight_bytes);
    row.memory = first.memory_bytes ? format_bytes(*first.memory_bytes) : "unknown";
    row.tokens = first.kv_tokens ? tokens_text(first.kv_tokens->likely) : "unknown";
    row.is_least = limiting_rank && *limiting_rank >= first.rank && *limiting_rank <= last.rank;
    return row;
}

template <class Alike>
std::vector<RankRow> folded(const Layout& layout, Alike is_alike) {
    std::vector<RankRow> rows;
    for (Rank begin = layout.ranks.begin(); begin != layout.ranks.end();) {
        const Rank end =
            std::find_if(begin, layout.ranks.end(), [&](const RankPlacement& rank) { return !is_alike(*begin, rank); });
        rows.push_back(row_of(begin, end, layout.limiting_rank));
        begin = end;
    }
    return rows;
}

}  // namespace

std::vector<RankRow> rank_rows(const Layout& layout) {
    std::vector<RankRow> rows = folded(layout, [](const RankPlacement& a, const RankPlacement& b) {
        return is_equal_load(a, b) && is_equal_place(a, b);
    });
    return rows.size() <= most_rows ? rows : folded(layout, is_equal_load);
}

}  // namespace r1cluster::detail
