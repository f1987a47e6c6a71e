// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/cluster.hpp"

namespace r1cluster::cli {

/// The last line of `up`: where the model is served and how to ask it, or why it is not.
std::string verdict_of_up(const UpResult& result, const DeploymentSpec& spec, bool is_dry_run);

/// The last line of `down`: where the deployment has ended, and which hosts could not be asked.
std::string verdict_of_down(const DeploymentStatus& ended);

}  // namespace r1cluster::cli
