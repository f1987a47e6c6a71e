// SPDX-License-Identifier: Apache-2.0
#include "report/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Finding, "finding", 1)
R1CLUSTER_JSON(CheckedRule, "checked_rule", 1)
R1CLUSTER_JSON(Report, "report", 1)

}  // namespace r1cluster
