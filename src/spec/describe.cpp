// SPDX-License-Identifier: Apache-2.0
#include "spec/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Goal, "goal", 1)
R1CLUSTER_JSON(HostSpec, "host_spec", 1)
R1CLUSTER_JSON(ModelSpec, "model_spec", 1)
R1CLUSTER_JSON(ContainerSpec, "container_spec", 1)
R1CLUSTER_JSON(EngineSpec, "engine_spec", 1)
R1CLUSTER_JSON(ProxySpec, "proxy_spec", 1)
R1CLUSTER_JSON(ServeSpec, "serve_spec", 1)
R1CLUSTER_JSON(LayoutSpec, "layout_spec", 1)
R1CLUSTER_JSON(DeploymentPorts, "deployment_ports", 1)
R1CLUSTER_JSON(PlannedPort, "planned_port", 1)
R1CLUSTER_JSON(DeploymentSpec, "deployment_spec", 1)

}  // namespace r1cluster
