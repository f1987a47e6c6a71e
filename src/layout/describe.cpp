// SPDX-License-Identifier: Apache-2.0
#include "layout/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Workload, "workload", 1)
R1CLUSTER_JSON(RankPlacement, "rank_placement", 1)
R1CLUSTER_JSON(Layout, "layout", 1)
R1CLUSTER_JSON(LayoutDifference, "layout_difference", 1)

}  // namespace r1cluster
