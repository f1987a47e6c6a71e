// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Setting, "setting", 1)
R1CLUSTER_JSON(HostSettings, "host_settings", 1)
R1CLUSTER_JSON(Settings, "settings", 1)

}  // namespace r1cluster
