// SPDX-License-Identifier: Apache-2.0
#include "plan/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(RejectedLayout, "rejected_layout", 1)
R1CLUSTER_JSON(Plan, "plan", 1)
R1CLUSTER_JSON(PlanOptions, "plan_options", 1)

}  // namespace r1cluster
