// SPDX-License-Identifier: Apache-2.0
#include "facts/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Gap, "gap", 1)
R1CLUSTER_JSON(NumaNode, "numa_node", 1)
R1CLUSTER_JSON(Cpu, "cpu", 1)
R1CLUSTER_JSON(NicAddress, "nic_address", 1)
R1CLUSTER_JSON(Nic, "nic", 1)
R1CLUSTER_JSON(Route, "route", 1)
R1CLUSTER_JSON(Filesystem, "filesystem", 1)
R1CLUSTER_JSON(Gpu, "gpu", 1)
R1CLUSTER_JSON(GpuLink, "gpu_link", 1)
R1CLUSTER_JSON(Limits, "limits", 1)
R1CLUSTER_JSON(EngineEnvironment, "engine_environment", 1)
R1CLUSTER_JSON(ShardDigest, "shard_digest", 1)
R1CLUSTER_JSON(CheckpointDigest, "checkpoint_digest", 1)
R1CLUSTER_JSON(NameResolution, "name_resolution", 1)
R1CLUSTER_JSON(PortState, "port_state", 1)
R1CLUSTER_JSON(Machine, "machine", 1)
R1CLUSTER_JSON(HostPath, "host_path", 1)
R1CLUSTER_JSON(Cluster, "cluster", 1)

}  // namespace r1cluster
