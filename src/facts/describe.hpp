// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/facts/cluster.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Gap, (), (subject, because, remedy))
BOOST_DESCRIBE_STRUCT(NumaNode, (), (id, cpus, memory_bytes))
BOOST_DESCRIBE_STRUCT(Cpu, (), (model, sockets, cores, threads, flags))
BOOST_DESCRIBE_STRUCT(NicAddress, (), (address, prefix_length))
BOOST_DESCRIBE_STRUCT(Nic, (), (name, kind, is_up, speed_mbps, mtu, numa_node, mac, addresses))
BOOST_DESCRIBE_STRUCT(Route, (), (destination, interface, source_address, gateway))
BOOST_DESCRIBE_STRUCT(Filesystem, (), (path, mount, device, type, total_bytes, free_bytes))
BOOST_DESCRIBE_STRUCT(Gpu, (),
                      (nvml_index, uuid, name, pci_address, memory_bytes, memory_free_bytes, compute_capability,
                       numa_node, is_mig_enabled, nvlinks_active))
BOOST_DESCRIBE_STRUCT(GpuLink, (), (from, to, path))
BOOST_DESCRIBE_STRUCT(Limits, (), (memlock_bytes, open_files, processes, cgroup_memory_bytes))
BOOST_DESCRIBE_STRUCT(EngineEnvironment, (), (python, python_version, packages))
BOOST_DESCRIBE_STRUCT(ShardDigest, (), (name, size_bytes, header_sha256, because))
BOOST_DESCRIBE_STRUCT(CheckpointDigest, (), (path, config_sha256, index_sha256, shards))
BOOST_DESCRIBE_STRUCT(NameResolution, (), (name, addresses, because))
BOOST_DESCRIBE_STRUCT(PortState, (), (address, port, is_free, because, holder))
BOOST_DESCRIBE_STRUCT(Machine, (),
                      (host, unreachable_because, hostname, operating_system, kernel, boot_id, cpu, numa_nodes,
                       memory_bytes, memory_available_bytes, nics, routes, filesystems, gpu_driver_version,
                       cuda_driver_version, gpus, gpu_links, limits, engine, checkpoint, names, ports, clock_offset_s,
                       clock_uncertainty_s, gaps))
BOOST_DESCRIBE_STRUCT(HostPath, (),
                      (from, to, interface, from_address, to_address, is_connected, round_trip_us, because))
BOOST_DESCRIBE_STRUCT(Cluster, (), (machines, paths))

}  // namespace r1cluster
