// SPDX-License-Identifier: Apache-2.0
#include "host/engine/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(EngineQuestion, "engine_question", 1)

}  // namespace r1cluster
