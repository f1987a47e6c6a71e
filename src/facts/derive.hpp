// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Facts that follow from other facts: paths between devices, what HCAs are for, GPUDirect RDMA, problems, rails.
/// They are the same whatever the source of the facts was.

#include "r1cluster/facts/cluster.hpp"

namespace r1cluster::detail {

/// All of it for one machine, in its order.
void derive(Machine& machine);
/// What only several machines together show: rails, and differences.
void derive(Cluster& cluster);

void derive_device_paths(Machine& machine);

}  // namespace r1cluster::detail
