// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/spec/deployment_spec.hpp"
#include "spec/invalid_value.hpp"

namespace r1cluster::detail {

/// What a spec leaves out and another part of it says.
void fill_in_defaults(DeploymentSpec& spec);
/// Throws the first InvalidValue in a spec that has its defaults.
void require_valid(const DeploymentSpec& spec);

}  // namespace r1cluster::detail
