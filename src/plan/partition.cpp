// SPDX-License-Identifier: Apache-2.0
#include "plan/partition.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace r1cluster::detail {
namespace {

/// Layers of each stage, as many as leave `room`; false where these do not reach the last layer.
bool is_possible(std::int64_t layers, int stages, std::int64_t room, const StageRoom& room_of) {
    std::int64_t first = 0;
    for (int stage = 0; stage < stages; ++stage) {
        // Bisection over the count: the room shrinks with it. Later stages keep a layer each.
        std::int64_t least = 0, most = layers - first - (stages - stage - 1);
        while (least < most) {
            const std::int64_t middle = (least + most + 1) / 2;
            if (room_of(stage, first, middle) >= room) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        if (least == 0) return false;
        first += least;
    }
    return first == layers;
}

/// Of all partitions whose stages have that much room, the one nearest to the usual: least sum of squares of the
/// differences, by dynamic programming over stages and layers.
std::vector<int> nearest_partition(const std::vector<int>& usual, std::int64_t layers, std::int64_t room,
                                   const StageRoom& room_of) {
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    const auto stages = usual.size(), all = static_cast<std::size_t>(layers);
    std::vector<std::vector<std::int64_t>> cost(stages + 1, std::vector<std::int64_t>(all + 1, never));
    std::vector<std::vector<int>> taken(stages + 1, std::vector<int>(all + 1, 0));
    cost[0][0] = 0;
    for (std::size_t stage = 0; stage < stages; ++stage) {
        for (std::size_t first = 0; first < all; ++first) {
            if (cost[stage][first] == never) continue;
            for (int count = 1; first + static_cast<std::size_t>(count) <= all; ++count) {
                if (room_of(static_cast<int>(stage), static_cast<std::int64_t>(first), count) < room) break;
                const std::int64_t difference = count - usual[stage];
                const std::int64_t sum = cost[stage][first] + difference * difference;
                const std::size_t end = first + static_cast<std::size_t>(count);
                if (sum >= cost[stage + 1][end]) continue;
                cost[stage + 1][end] = sum;
                taken[stage + 1][end] = count;
            }
        }
    }
    std::vector<int> partition(stages);
    std::size_t end = all;
    for (std::size_t stage = stages; stage > 0; --stage) {
        partition[stage - 1] = taken[stage][end];
        end -= static_cast<std::size_t>(taken[stage][end]);
    }
    return partition;
}

}  // namespace

std::int64_t least_room(const std::vector<int>& partition, const StageRoom& room_of) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), first = 0;
    for (std::size_t stage = 0; stage < partition.size(); ++stage) {
        least = std::min(least, room_of(static_cast<int>(stage), first, partition[stage]));
        first += partition[stage];
    }
    return least;
}

std::vector<int> roomiest_partition(const std::vector<int>& usual, const StageRoom& room_of) {
    const std::int64_t layers = std::accumulate(usual.begin(), usual.end(), std::int64_t{0});
    const int stages = static_cast<int>(usual.size());
    // The first stage has the first layer at least.
    std::int64_t least = least_room(usual, room_of), most = std::max(least, room_of(0, 0, 1));
    while (least < most) {
        const std::int64_t middle = least + (most - least + 1) / 2;
        if (is_possible(layers, stages, middle, room_of)) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    return nearest_partition(usual, layers, least, room_of);
}

}  // namespace r1cluster::detail
