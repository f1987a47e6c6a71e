// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "readings/describe.hpp"
#include "report/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Gap, (), (key, subject, because, remedy, code))
BOOST_DESCRIBE_STRUCT(Problem, (), (id, severity, subject, because, remedy))
BOOST_DESCRIBE_STRUCT(PciLink, (), (speed_gts, width, max_speed_gts, max_width))
BOOST_DESCRIBE_ENUM(PciKind, unknown, gpu, nvswitch, network, nvme, bridge, pcie_switch, other)
BOOST_DESCRIBE_STRUCT(PciDevice, (),
                      (address, parent, kind, class_code, vendor_id, device_id, subsystem_vendor_id,
                       subsystem_device_id, name, numa_node, local_cpus, driver, link, iommu_group, is_acs_redirecting,
                       physical_function, virtual_functions))
BOOST_DESCRIBE_ENUM(NcclPath, unknown, nvl, nvb, c2c, pix, pxb, p2c, phb, sys)
BOOST_DESCRIBE_STRUCT(DevicePath, (), (from, to, path, nccl_path, nccl_bandwidth_gbytes_per_s, because))
BOOST_DESCRIBE_ENUM(NvLinkEnd, unknown, gpu, cpu, nvswitch)
BOOST_DESCRIBE_STRUCT(NvLink, (), (index, is_active, version, speed_mbps, remote, remote_pci_address, errors))
BOOST_DESCRIBE_ENUM(FabricState, unknown, not_supported, not_started, in_progress, completed)
BOOST_DESCRIBE_STRUCT(GpuFabric, (), (state, status, cluster_uuid, clique_id, unhealthy))
BOOST_DESCRIBE_STRUCT(GpuProcess, (), (pid, name, memory_bytes))
BOOST_DESCRIBE_ENUM(PeerAccess, unknown, ok, chipset_not_supported, gpu_not_supported, ioh_not_supported,
                    disabled_by_regkey, not_supported, undetermined)
BOOST_DESCRIBE_STRUCT(GpuPeer, (), (gpu, ancestor, read, write, nvlink, atomics))
BOOST_DESCRIBE_STRUCT(NearHca, (), (hca, path, nccl_path, uses_gpudirect, because))
BOOST_DESCRIBE_STRUCT(Gpu, (),
                      (nvml_index, uuid, name, serial, pci_address, memory_bytes, memory_free_bytes, memory_used_bytes,
                       memory_reserved_bytes, bar1_bytes, compute_capability, numa_node, cpu_affinity, vbios_version,
                       firmware_version, minor_number, is_device_openable, is_mig_enabled, is_mig_pending, mig_devices,
                       virtualization, is_ecc_enabled, is_ecc_pending, ecc_corrected, ecc_uncorrected,
                       remapped_rows_corrected, remapped_rows_uncorrected, is_remap_pending, has_remap_failed,
                       is_persistent, compute_mode, power_w, power_limit_w, power_limit_default_w, temperature_c,
                       sm_clock_mhz, sm_clock_max_mhz, memory_clock_mhz, memory_clock_max_mhz, throttle_reasons, link,
                       nvlinks, fabric, peers, processes, hcas))
BOOST_DESCRIBE_STRUCT(Gid, (), (index, gid, type, netdev))
BOOST_DESCRIBE_ENUM(LinkLayer, unknown, infiniband, ethernet)
BOOST_DESCRIBE_ENUM(HcaPortState, unknown, nop, down, init, armed, active, active_defer)
BOOST_DESCRIBE_ENUM(HcaRole, unknown, compute, storage, management, storage_or_management, down)
BOOST_DESCRIBE_STRUCT(HcaPort, (),
                      (number, state, physical_state, link_layer, rate_gbps, rate_text, lid, sm_lid, netdev, active_mtu,
                       gids, pkeys, counters))
BOOST_DESCRIBE_STRUCT(Hca, (),
                      (name, pci_address, model, firmware_version, board_id, node_guid, system_image_guid, driver,
                       numa_node, ports, is_usable, unusable_because, is_dmabuf_supported, role, role_because))
BOOST_DESCRIBE_STRUCT(GpuDirectRdma, (),
                      (is_peermem_loaded, can_peermem_register, is_kernel_dmabuf_able, is_driver_open,
                       is_gdrcopy_loaded))
BOOST_DESCRIBE_STRUCT(SoftwareBuild, (), (name, version, path, package))
BOOST_DESCRIBE_STRUCT(Service, (), (name, is_running, version, because))
BOOST_DESCRIBE_STRUCT(ContainerRuntime, (),
                      (name, path, is_usable, because, gives_gpus, has_cdi, gpus_because, shm_bytes, memlock_bytes,
                       memlock_because))
BOOST_DESCRIBE_STRUCT(Firewall, (), (name, is_active, because))
BOOST_DESCRIBE_STRUCT(Hugepages, (), (page_bytes, total, free))
BOOST_DESCRIBE_STRUCT(NumaNode, (), (id, cpus, memory_bytes, distances))
BOOST_DESCRIBE_STRUCT(Cpu, (), (model, sockets, cores, threads, flags, architecture, vendor, family_id, model_id))
BOOST_DESCRIBE_STRUCT(NicAddress, (), (address, prefix_length))
BOOST_DESCRIBE_ENUM(NicKind, unknown, physical, software, bond, vlan, bridge, loopback, infiniband)
BOOST_DESCRIBE_STRUCT(Nic, (),
                      (name, kind, is_up, speed_mbps, mtu, numa_node, mac, pci_address, master, lower, vlan_id, driver,
                       addresses))
BOOST_DESCRIBE_STRUCT(Route, (), (destination, interface, source_address, gateway))
BOOST_DESCRIBE_STRUCT(RouteEntry, (), (destination, interface, source_address, gateway, table, metric))
BOOST_DESCRIBE_STRUCT(RoutePolicy, (), (priority, family, source, destination, interface, table))
BOOST_DESCRIBE_STRUCT(Filesystem, (), (path, mount, device, type, total_bytes, free_bytes))
BOOST_DESCRIBE_STRUCT(Limit, (), (value, is_unlimited))
BOOST_DESCRIBE_STRUCT(CpuLimit, (), (cpus, is_unlimited))
BOOST_DESCRIBE_STRUCT(Limits, (),
                      (memlock_bytes, open_files, processes, cgroup_memory_bytes, cgroup_cpus, cgroup_cpuset,
                       capabilities))
BOOST_DESCRIBE_STRUCT(ContainerImage, (), (name, id, architecture, digests, size_bytes, user))
BOOST_DESCRIBE_STRUCT(EngineEnvironment, (), (python, python_version, packages))
BOOST_DESCRIBE_STRUCT(ShardDigest, (), (name, size_bytes, header_sha256, because))
BOOST_DESCRIBE_STRUCT(CheckpointDigest, (), (path, config_sha256, index_sha256, shards))
BOOST_DESCRIBE_STRUCT(NameResolution, (), (name, addresses, because))
BOOST_DESCRIBE_STRUCT(PortState, (), (address, port, is_free, because, holder))
BOOST_DESCRIBE_STRUCT(Machine, (),
                      (host, unreachable_because, sources, hostname, operating_system, kernel, boot_id, container, cpu,
                       numa_nodes, memory_bytes, memory_available_bytes, hugepages, nics, routes, route_entries,
                       route_policies, firewalls, filesystems, gpu_driver_version, cuda_driver_version, pci_devices,
                       gpus, visible_gpus, hcas, gpudirect, device_paths, limits, services, software,
                       container_runtimes, engine, image, checkpoint, names, ports, clock_offset_s, clock_uncertainty_s,
                       problems, gaps))
BOOST_DESCRIBE_STRUCT(HostPath, (),
                      (from, to, interface, from_address, to_address, is_connected, round_trip_us, because))
BOOST_DESCRIBE_STRUCT(RailPort, (), (host, hca, port))
BOOST_DESCRIBE_STRUCT(Rail, (), (index, ports, link_layer, rate_gbps, because))
BOOST_DESCRIBE_STRUCT(Difference, (), (subject, values))
BOOST_DESCRIBE_STRUCT(Cluster, (), (machines, paths, rails, differences))

}  // namespace r1cluster
