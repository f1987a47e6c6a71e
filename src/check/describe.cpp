// SPDX-License-Identifier: Apache-2.0
#include "check/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Refusal, "refusal", 1)
R1CLUSTER_JSON(Decision, "decision", 1)

}  // namespace r1cluster
