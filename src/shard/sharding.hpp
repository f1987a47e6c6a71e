// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/loader.hpp"
#include "r1cluster/shard/shard_plan.hpp"
#include "shard/group_sizes.hpp"

namespace r1cluster::detail {

/// One rank of a layout, as far as its weights go.
struct RankPosition {
    int rank = 0;
    std::string host;
    std::uint32_t stage = 0;
    std::int32_t group_rank = 0;  ///< data_rank * tensor_parallel + tensor_rank
    std::int64_t first_layer = 0;
    std::int64_t layer_count = 0;
};

ShardPlan shard(const GroupSizes& sizes, const std::vector<RankPosition>& positions, const Checkpoint& checkpoint,
                const Loader& loader);

}  // namespace r1cluster::detail
