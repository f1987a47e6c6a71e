// SPDX-License-Identifier: Apache-2.0
#include "engine/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Engine, "engine", 1)

}  // namespace r1cluster
