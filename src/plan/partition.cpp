// SPDX-License-Identifier: Apache-2.0
#include "plan/partition.hpp"

#include <algorithm>

#include "model/families/family.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {

std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>& engine) {
    constexpr detail::Releases last_has_the_rest{.since = {}, .until = detail::Release{0, 8}};
    if (pipeline_parallel < 1 || layers < pipeline_parallel) {
        throw Error(ErrorKind::invalid_input, "pipeline_parallel",
                    "dividing " + std::to_string(layers) + " layers over " + std::to_string(pipeline_parallel) +
                        " pipeline stages: every stage needs a layer");
    }
    const auto stages = static_cast<std::size_t>(pipeline_parallel);
    std::vector<int> partition(stages, static_cast<int>(layers / pipeline_parallel));
    const auto remainder = static_cast<std::size_t>(layers % pipeline_parallel);
    if (last_has_the_rest.contain(engine)) {
        partition.back() += static_cast<int>(remainder);
        return partition;
    }
    // The last stage is spared, because it has the head besides.
    for (std::size_t i = 0; i < remainder; ++i) ++partition[stages - 2 - i];
    return partition;
}

namespace detail {
namespace {

/// Better is more room where there is least of it, then where there is next to least.
std::vector<std::int64_t> sorted_room(const std::vector<int>& partition, const StageTokens& tokens_of) {
    std::vector<std::int64_t> room = tokens_of(partition);
    std::sort(room.begin(), room.end());
    return room;
}

}  // namespace

std::vector<int> roomiest_partition(std::vector<int> partition, const StageTokens& tokens_of) {
    std::vector<std::int64_t> best = sorted_room(partition, tokens_of);
    for (bool has_moved = true; has_moved;) {
        has_moved = false;
        const std::vector<std::int64_t> room = tokens_of(partition);
        const auto tightest = static_cast<std::size_t>(std::min_element(room.begin(), room.end()) - room.begin());
        if (partition[tightest] == 1) break;
        std::vector<int> chosen;
        for (std::size_t other = 0; other < partition.size(); ++other) {
            if (other == tightest) continue;
            std::vector<int> moved = partition;
            --moved[tightest];
            ++moved[other];
            std::vector<std::int64_t> moved_room = sorted_room(moved, tokens_of);
            if (moved_room > best) {
                best = std::move(moved_room);
                chosen = std::move(moved);
            }
        }
        if (!chosen.empty()) {
            partition = std::move(chosen);
            has_moved = true;
        }
    }
    return partition;
}

}  // namespace detail
}  // namespace r1cluster
