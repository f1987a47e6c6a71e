// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Facts that follow from other facts: paths between devices, what HCAs are for, GPUDirect RDMA, problems, rails.
/// They are the same whatever the source of the facts was.

#include "r1cluster/facts/cluster.hpp"

namespace r1cluster::detail {

/// All of it for one machine, in its order.
void derive(Machine& machine, const Knowledge& knowledge);
/// What only several machines together show: rails, and differences.
void derive(Cluster& cluster);

void derive_gpu_models(Machine& machine, const Knowledge& knowledge);
void derive_device_paths(Machine& machine, const Knowledge& knowledge);
/// Hca::role. Needs the paths.
void derive_hca_roles(Machine& machine);
/// Gpu::hcas. Needs the paths.
void derive_near_hcas(Machine& machine);
void derive_problems(Machine& machine);
void derive_rails(Cluster& cluster);
void derive_differences(Cluster& cluster);

/// Whether a path is known and no farther than `limit`.
bool is_within(NcclPath path, NcclPath limit);

}  // namespace r1cluster::detail
