// SPDX-License-Identifier: Apache-2.0
#include "plan/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Workload, "workload", 1)
R1CLUSTER_JSON(RankPlacement, "rank_placement", 1)
R1CLUSTER_JSON(Layout, "layout", 1)
R1CLUSTER_JSON(RejectedLayout, "rejected_layout", 1)
R1CLUSTER_JSON(Plan, "plan", 1)
R1CLUSTER_JSON(PlanOptions, "plan_options", 1)
R1CLUSTER_JSON(SlicePattern, "slice_pattern", 1)
R1CLUSTER_JSON(PlannedTensor, "planned_tensor", 1)
R1CLUSTER_JSON(StageShards, "stage_shards", 1)
R1CLUSTER_JSON(RankShards, "rank_shards", 2)
R1CLUSTER_JSON(FileShare, "file_share", 1)
R1CLUSTER_JSON(HostShards, "host_shards", 1)
R1CLUSTER_JSON(MemoryTerm, "memory_term", 1)
R1CLUSTER_JSON(RankMemory, "rank_memory", 1)
R1CLUSTER_JSON(HostLoad, "host_load", 1)
R1CLUSTER_JSON(RankCalibration, "rank_calibration", 1)
R1CLUSTER_JSON(Calibration, "calibration", 1)
R1CLUSTER_JSON(MemoryForecast, "memory_forecast", 1)
R1CLUSTER_JSON(SpeedTerm, "speed_term", 1)
R1CLUSTER_JSON(SpeedPoint, "speed_point", 1)
R1CLUSTER_JSON(LinkTraffic, "link_traffic", 1)
R1CLUSTER_JSON(SpeedForecast, "speed_forecast", 1)
R1CLUSTER_JSON(SlownessCause, "slowness_cause", 1)
R1CLUSTER_JSON(ShardPlan, "shard_plan", 2)
R1CLUSTER_JSON(EngineParameter, "engine_parameter", 1)
R1CLUSTER_JSON(EngineRank, "engine_rank", 1)
R1CLUSTER_JSON(EnginePlan, "engine_plan", 1)

}  // namespace r1cluster
