// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace r1cluster::detail {

/// Room of a stage with `count` layers from `first` on; less with every layer more.
using StageRoom = std::function<std::int64_t(int stage, std::int64_t first, std::int64_t count)>;

/// Room of the tightest stage.
std::int64_t least_room(const std::vector<int>& partition, const StageRoom& room_of);

/// The partition of the layers with most room on its tightest stage; of several, the one nearest to `usual`. Exact: a
/// bisection over the room, in which each stage takes as many layers as leave that much.
std::vector<int> roomiest_partition(const std::vector<int>& usual, const StageRoom& room_of);

}  // namespace r1cluster::detail
