// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(StepTime, "step_time", 1)
R1CLUSTER_JSON(UpResult, "up_result", 1)

}  // namespace r1cluster
