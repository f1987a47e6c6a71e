// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

constexpr double ping_timeout_s = 15;  // less than the guards' lease, so that we speak before they act

/// Nothing is left of it on any host, and no host says that it failed: somebody ended it.
bool has_ended(const DeploymentStatus& status);

/// A status that cannot become ready any more. A host that does not answer is given up once the ping's deadline has
/// passed: until the first token nobody depends on the deployment, so to end it is the safe side.
bool is_hopeless(DeploymentStatus& status);

}  // namespace r1cluster::detail
