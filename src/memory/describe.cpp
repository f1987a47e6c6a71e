// SPDX-License-Identifier: Apache-2.0
#include "memory/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(MemoryTerm, "memory_term", 1)
R1CLUSTER_JSON(RankMemory, "rank_memory", 1)
R1CLUSTER_JSON(HostLoad, "host_load", 1)
R1CLUSTER_JSON(RankCalibration, "rank_calibration", 1)
R1CLUSTER_JSON(Calibration, "calibration", 1)
R1CLUSTER_JSON(MemoryForecast, "memory_forecast", 1)

}  // namespace r1cluster
