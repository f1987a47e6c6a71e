// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/devices.hpp"
#include "layout/layout_sizes.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

/// Sizes to judge with `ranks_per_host` on each host: what the spec says, and every value of what it leaves out. The
/// simplest first: no data parallelism, tensor-parallel groups inside a host, the widest of them, experts divided.
std::vector<LayoutSizes> sizes_to_judge(const DeploymentSpec& spec, const ModelConfig& config, const Devices& devices,
                                        const Goal& goal, int ranks_per_host);

/// Stages that the spec asks for, itself or by its partition.
std::optional<int> stages_wanted(const LayoutSpec& layout);

/// True where the spec fixes how many ranks there are.
bool is_world_given(const LayoutSpec& layout);

}  // namespace r1cluster::detail
