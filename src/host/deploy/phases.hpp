// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/launch/status.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster::detail {

constexpr double ping_timeout_s = 15;  // less than the guards' lease, so that we speak before they act

/// Nothing is left of it on any host, and no host says that it failed: somebody ended it.
bool has_ended(const DeploymentStatus& status);

/// True where a host has nothing of a deployment that was begun there, and no host has failed: somebody ended it. Fills
/// in phase and cause.
bool is_ended_elsewhere(DeploymentStatus& status);

/// A status that cannot become ready any more. A host that does not answer is given up once the ping's deadline has
/// passed: until the first token nobody depends on the deployment, so to end it is the safe side.
bool is_hopeless(DeploymentStatus& status);

/// A guard whose agent has died says that the controller went away. Where this controller lost a host while it waits,
/// the lost connection is the cause, in its words.
void prefer_lost_connection(DeploymentStatus& status);

/// What an engine printed of the failure outweighs the order in which processes ended by themselves: a rank that found
/// its port taken may end after the peer that waited for it. An end by a signal stays the cause.
void prefer_printed_cause(DeploymentStatus& status, const Report& report, const Knowledge& knowledge);

}  // namespace r1cluster::detail
