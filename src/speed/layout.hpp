// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From a layout of the plan to what the speed model takes.

#include <vector>

#include "r1cluster/layout/layout.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "speed/step.hpp"

namespace r1cluster::detail {

/// The stages of the first data-parallel part; the others are alike. Throws Error (invalid_input) where the layout
/// names a host or GPU that the cluster has not.
std::vector<StagePlacement> stage_placements(const Layout& layout, const Devices& devices, const Knowledge& knowledge);

/// All of it for one workload. No more requests run at a time than the layout's KV tokens hold.
SpeedInputs inputs_of(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                      const Layout& layout, const Workload& workload, const Knowledge& knowledge);

}  // namespace r1cluster::detail
