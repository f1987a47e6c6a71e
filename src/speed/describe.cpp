// SPDX-License-Identifier: Apache-2.0
#include "speed/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(SpeedTerm, "speed_term", 1)
R1CLUSTER_JSON(SpeedPoint, "speed_point", 1)
R1CLUSTER_JSON(LinkTraffic, "link_traffic", 1)
R1CLUSTER_JSON(SpeedForecast, "speed_forecast", 1)
R1CLUSTER_JSON(SlownessCause, "slowness_cause", 1)

}  // namespace r1cluster
