// SPDX-License-Identifier: Apache-2.0
#include "plan/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(RankPlacement, "rank_placement", 1)
R1CLUSTER_JSON(Layout, "layout", 1)
R1CLUSTER_JSON(RejectedLayout, "rejected_layout", 1)
R1CLUSTER_JSON(Plan, "plan", 1)
R1CLUSTER_JSON(RankShards, "rank_shards", 1)
R1CLUSTER_JSON(FileShare, "file_share", 1)
R1CLUSTER_JSON(HostShards, "host_shards", 1)
R1CLUSTER_JSON(ShardPlan, "shard_plan", 1)
R1CLUSTER_JSON(EngineParameter, "engine_parameter", 1)
R1CLUSTER_JSON(EngineRank, "engine_rank", 1)
R1CLUSTER_JSON(EnginePlan, "engine_plan", 1)

}  // namespace r1cluster
