// SPDX-License-Identifier: Apache-2.0
#include "launch/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(SecretVariable, "secret_variable", 1)
R1CLUSTER_JSON(LaunchFile, "launch_file", 1)
R1CLUSTER_JSON(ProcessSpec, "process_spec", 1)
R1CLUSTER_JSON(LaunchPort, "launch_port", 1)
R1CLUSTER_JSON(Runtime, "runtime", 1)
R1CLUSTER_JSON(HostLaunch, "host_launch", 1)
R1CLUSTER_JSON(Readiness, "readiness", 1)
R1CLUSTER_JSON(LaunchPlan, "launch_plan", 1)
R1CLUSTER_JSON(Cause, "cause", 1)
R1CLUSTER_JSON(Stall, "stall", 1)
R1CLUSTER_JSON(ProcessStatus, "process_status", 1)
R1CLUSTER_JSON(RankStatus, "rank_status", 1)
R1CLUSTER_JSON(HostStatus, "host_status", 1)
R1CLUSTER_JSON(DeploymentStatus, "deployment_status", 1)

}  // namespace r1cluster
