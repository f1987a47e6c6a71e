// SPDX-License-Identifier: Apache-2.0
#include "base/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Interval, "interval", 1)
R1CLUSTER_JSON(WholeInterval, "whole_interval", 1)

}  // namespace r1cluster
