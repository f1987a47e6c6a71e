// SPDX-License-Identifier: Apache-2.0
#include "facts/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

R1CLUSTER_JSON(Gap, "gap", 1)
R1CLUSTER_JSON(Problem, "problem", 1)
R1CLUSTER_JSON(PciLink, "pci_link", 1)
R1CLUSTER_JSON(PciDevice, "pci_device", 1)
R1CLUSTER_JSON(DevicePath, "device_path", 1)
R1CLUSTER_JSON(NvLink, "nvlink", 1)
R1CLUSTER_JSON(GpuFabric, "gpu_fabric", 1)
R1CLUSTER_JSON(GpuProcess, "gpu_process", 1)
R1CLUSTER_JSON(GpuPeer, "gpu_peer", 1)
R1CLUSTER_JSON(NearHca, "near_hca", 1)
R1CLUSTER_JSON(Gpu, "gpu", 1)
R1CLUSTER_JSON(Gid, "gid", 1)
R1CLUSTER_JSON(HcaPort, "hca_port", 1)
R1CLUSTER_JSON(Hca, "hca", 1)
R1CLUSTER_JSON(GpuDirectRdma, "gpu_direct_rdma", 1)
R1CLUSTER_JSON(SoftwareBuild, "software_build", 1)
R1CLUSTER_JSON(Service, "service", 1)
R1CLUSTER_JSON(ContainerRuntime, "container_runtime", 1)
R1CLUSTER_JSON(Firewall, "firewall", 1)
R1CLUSTER_JSON(Hugepages, "hugepages", 1)
R1CLUSTER_JSON(NumaNode, "numa_node", 1)
R1CLUSTER_JSON(Cpu, "cpu", 1)
R1CLUSTER_JSON(NicAddress, "nic_address", 1)
R1CLUSTER_JSON(Nic, "nic", 1)
R1CLUSTER_JSON(Route, "route", 1)
R1CLUSTER_JSON(RouteEntry, "route_entry", 1)
R1CLUSTER_JSON(RoutePolicy, "route_policy", 1)
R1CLUSTER_JSON(Filesystem, "filesystem", 1)
R1CLUSTER_JSON(Limits, "limits", 1)
R1CLUSTER_JSON(EngineEnvironment, "engine_environment", 1)
R1CLUSTER_JSON(ShardDigest, "shard_digest", 1)
R1CLUSTER_JSON(CheckpointDigest, "checkpoint_digest", 1)
R1CLUSTER_JSON(NameResolution, "name_resolution", 1)
R1CLUSTER_JSON(PortState, "port_state", 1)
R1CLUSTER_JSON(Machine, "machine", 1)
R1CLUSTER_JSON(HostPath, "host_path", 1)
R1CLUSTER_JSON(RailPort, "rail_port", 1)
R1CLUSTER_JSON(Rail, "rail", 1)
R1CLUSTER_JSON(Difference, "difference", 1)
R1CLUSTER_JSON(Cluster, "cluster", 1)

}  // namespace r1cluster
