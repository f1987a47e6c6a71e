// SPDX-License-Identifier: Apache-2.0
#include "shard/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(SlicePattern, "slice_pattern", 1)
R1CLUSTER_JSON(PlannedTensor, "planned_tensor", 1)
R1CLUSTER_JSON(StageShards, "stage_shards", 1)
R1CLUSTER_JSON(RankShards, "rank_shards", 2)
R1CLUSTER_JSON(FileShare, "file_share", 1)
R1CLUSTER_JSON(HostShards, "host_shards", 1)
R1CLUSTER_JSON(ShardPlan, "shard_plan", 2)
R1CLUSTER_JSON(EngineParameter, "engine_parameter", 1)
R1CLUSTER_JSON(EngineRank, "engine_rank", 1)
R1CLUSTER_JSON(EnginePlan, "engine_plan", 1)

}  // namespace r1cluster
