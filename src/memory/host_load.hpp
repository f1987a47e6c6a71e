// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/options.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster::detail {

/// What loading takes of each host, in the order in which the layout names them.
std::vector<HostLoad> host_loads(const EngineOptions& options, const Cluster& cluster, const Checkpoint& checkpoint,
                                 const Layout& layout);

}  // namespace r1cluster::detail
