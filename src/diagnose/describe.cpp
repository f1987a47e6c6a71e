// SPDX-License-Identifier: Apache-2.0
#include "diagnose/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(EngineLog, "engine_log", 1)
R1CLUSTER_JSON(TransportUse, "transport_use", 1)

}  // namespace r1cluster
