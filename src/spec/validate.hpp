// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/spec/deployment_spec.hpp"
#include "spec/breach.hpp"

namespace r1cluster::detail {

/// What a spec leaves out and another part of it says.
void fill_in_defaults(DeploymentSpec& spec);
/// Throws the first Breach of a spec that has its defaults.
void find_breach(const DeploymentSpec& spec);

}  // namespace r1cluster::detail
