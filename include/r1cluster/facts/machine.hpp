// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/facts/gpu.hpp"
#include "r1cluster/facts/hca.hpp"
#include "r1cluster/facts/limit.hpp"
#include "r1cluster/facts/pci.hpp"
#include "r1cluster/facts/software.hpp"
#include "r1cluster/readings/readings.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster {

/// Something that could not be seen. Never a zero, never an exception; a check that needs it answers
/// "unknown". Code reads `key` and `code`, people read the rest.
struct Gap {
    std::string key;                 ///< stable, dotted: "gpu.0.mig", "limits.memlock", "filesystem./data/r1"
    std::string subject;             ///< "gpus", "filesystem /data/r1"
    std::string because;             ///< why it could not be seen
    std::string remedy;              ///< what would let us see it; may be empty
    std::optional<ReasonCode> code;  ///< of `because`; unset: no code decides on it
    bool operator==(const Gap&) const = default;
};

/// Something that was seen and is not as it should be: a link below its width, a fabric that did not form.
struct Problem {
    std::string id;  ///< stable, for waivers and searching: "fabric_manager.not_running"; docs/checks.md lists all
    Severity severity = Severity::warning;  ///< how much it matters
    std::string subject;                    ///< "gpu3", "mlx5_2", "0000:18:00.0"
    std::string because;                    ///< what was seen
    std::string remedy;                     ///< what to do; empty: nothing is known
    bool operator==(const Problem&) const = default;
};

/// One memory node of a machine.
struct NumaNode {
    int id = 0;                                 ///< as the kernel counts
    std::string cpus;                           ///< kernel list format, "0-15,32-47"
    std::optional<std::uint64_t> memory_bytes;  ///< as the kernel says
    std::vector<int> distances;                 ///< to each node in the order of the ids, 10 is itself; empty: not seen
    bool operator==(const NumaNode&) const = default;
};

/// The processors of a machine.
struct Cpu {
    std::string model;             ///< name as the kernel has it: "AMD EPYC 9654 96-Core Processor"
    std::optional<int> sockets;    ///< number of processor packages
    std::optional<int> cores;      ///< physical
    std::optional<int> threads;    ///< logical processors online
    std::string flags;             ///< space separated, as /proc/cpuinfo has them; what engines built for CPU need
    std::string architecture;      ///< as uname says: "x86_64", "aarch64"
    std::string vendor;            ///< "GenuineIntel", "AuthenticAMD", "ARM"; empty: not known
    std::optional<int> family_id;  ///< of x86
    std::optional<int> model_id;   ///< of x86
    bool operator==(const Cpu&) const = default;
};

/// An address of a network interface.
struct NicAddress {
    std::string address;    ///< "10.0.0.1", "fe80::1"
    int prefix_length = 0;  ///< bits of the network
    bool operator==(const NicAddress&) const = default;
};

/// What a network interface is.
enum class NicKind {
    unknown,     ///< ""
    physical,    ///< "physical": a device of its own
    software,    ///< "virtual": a tunnel, a veth pair, a dummy
    bond,        ///< "bond"
    vlan,        ///< "vlan"
    bridge,      ///< "bridge"
    loopback,    ///< "loopback"
    infiniband,  ///< "infiniband": IP over InfiniBand
};

std::string_view to_text(NicKind kind);

/// A network interface.
struct Nic {
    std::string name;                        ///< of the kernel: "eth0"
    NicKind kind = NicKind::unknown;         ///< what it is
    std::optional<bool> is_up;               ///< administratively up and with carrier; unset: not seen
    std::optional<std::int64_t> speed_mbps;  ///< unset where the driver does not say
    std::optional<int> mtu;                  ///< in bytes; unset: unknown
    std::optional<int> numa_node;            ///< unset: unknown, or no device
    std::string mac;                         ///< hardware address
    std::string pci_address;                 ///< empty: no PCI device of its own
    std::string master;                      ///< bond or bridge that it belongs to
    std::vector<std::string> lower;          ///< interfaces that it is made of: a bond's members, a VLAN's parent
    std::optional<int> vlan_id;              ///< unset: no VLAN
    std::string driver;                      ///< of the kernel; empty: unknown
    std::vector<NicAddress> addresses;       ///< IPv4 and IPv6
    bool operator==(const Nic&) const = default;
};

/// Which way the kernel sends packets for one destination.
struct Route {
    std::string destination;     ///< the address that was asked for
    std::string interface;       ///< that packets leave by
    std::string source_address;  ///< that packets have
    std::string gateway;         ///< empty: on link
    bool operator==(const Route&) const = default;
};

/// An entry of the kernel's routing tables.
struct RouteEntry {
    std::string destination;     ///< "10.0.0.0/24", "default"
    std::string interface;       ///< that packets leave by
    std::string source_address;  ///< empty: the kernel chooses
    std::string gateway;         ///< empty: the destination is on the link
    int table = 254;             ///< 254 is main
    int metric = 0;              ///< the smaller is preferred
    bool operator==(const RouteEntry&) const = default;
};

/// A rule that chooses a routing table.
struct RoutePolicy {
    int priority = 0;         ///< the smaller comes first
    std::string family;       ///< "ipv4", "ipv6"
    std::string source;       ///< "10.1.0.0/16"; empty: any
    std::string destination;  ///< empty: any
    std::string interface;    ///< incoming; empty: any
    int table = 0;            ///< that is looked up
    bool operator==(const RoutePolicy&) const = default;
};

/// The file system that holds a path.
struct Filesystem {
    std::string path;               ///< what was asked about
    std::string mount;              ///< mount point that holds it
    std::string device;             ///< as mounted: "/dev/nvme0n1p2", "nas:/models"
    std::string type;               ///< "ext4", "nfs4", "tmpfs"
    std::uint64_t total_bytes = 0;  ///< size in all
    std::uint64_t free_bytes = 0;   ///< for an ordinary user
    bool operator==(const Filesystem&) const = default;
};

/// Limits of the process that read the machine; engine processes inherit them. Unset: not known.
struct Limits {
    std::optional<Limit> memlock_bytes;  ///< memory that a process may lock; unset: unknown
    std::optional<Limit> open_files;     ///< the hard limit, to which a guard raises the soft one of what it starts
    std::optional<Limit> processes;      ///< processes and threads of the user; unset: unknown
    std::optional<Limit> cgroup_memory_bytes;  ///< the least of the control group and those above it
    std::optional<CpuLimit> cgroup_cpus;       ///< CPU time of the control group; unset: unknown
    std::optional<std::string> cgroup_cpuset;  ///< CPUs that may be used, kernel list format; empty: all
    std::vector<std::string> capabilities;     ///< effective ones that matter: "CAP_IPC_LOCK", "CAP_SYS_NICE", ...
    bool operator==(const Limits&) const = default;
};

/// A Python environment that holds an engine, from package metadata alone; nothing is imported.
struct EngineEnvironment {
    std::string python;                           ///< interpreter as given in the spec
    std::string python_version;                   ///< "3.11.2"
    std::map<std::string, std::string> packages;  ///< distribution -> version: torch, ray, nvidia-nccl-cu12, ...
    bool operator==(const EngineEnvironment&) const = default;
};

/// The container image that holds an engine, as Docker or Podman of a host describe it.
struct ContainerImage {
    std::string name;                  ///< as given in the spec
    std::string id;                    ///< "sha256:..."
    std::string architecture;          ///< by Go's names: "amd64", "arm64"
    std::vector<std::string> digests;  ///< "NAME@sha256:..." of registries; empty: it came from none
    std::uint64_t size_bytes = 0;      ///< of its layers, unpacked
    std::string user;                  ///< that its processes run as; empty: root
    bool operator==(const ContainerImage&) const = default;
};

/// What one shard of a checkpoint on a host is.
struct ShardDigest {
    std::string name;              ///< of the file
    std::uint64_t size_bytes = 0;  ///< of the file
    std::string header_sha256;     ///< of the JSON header
    std::string because;           ///< why there is no header hash: the file is cut, or not safetensors
    bool operator==(const ShardDigest&) const = default;
};

/// What a checkpoint folder on one host is, so that copies can be compared without reading weights.
struct CheckpointDigest {
    std::string path;                 ///< folder on the host
    std::string config_sha256;        ///< of config.json; empty: not read
    std::string index_sha256;         ///< empty: no index file
    std::vector<ShardDigest> shards;  ///< ordered by name
    bool operator==(const CheckpointDigest&) const = default;
};

/// What a name resolves to on this machine.
struct NameResolution {
    std::string name;                    ///< that was asked about
    std::vector<std::string> addresses;  ///< in the order of the answer; empty: `because` says why
    std::string because;                 ///< why it does not resolve
    bool operator==(const NameResolution&) const = default;
};

/// A TCP port that was tried by binding it.
struct PortState {
    std::string address;   ///< that was bound; "0.0.0.0" for all
    int port = 0;          ///< TCP port number
    bool is_free = false;  ///< it could be bound
    std::string because;   ///< "Address already in use"
    std::string holder;    ///< "pid 4242 (python3)" where it can be seen
    bool operator==(const PortState&) const = default;
};

/// What one host's Readings mean.
struct Machine {
    std::string host;                  ///< name in the spec
    std::string unreachable_because;   ///< not empty: the machine is one big Gap
    std::vector<std::string> sources;  ///< where the facts come from, best first: "this host", "nvidia-smi -q -x"
    std::string hostname;              ///< as the machine calls itself
    std::string operating_system;      ///< "Debian GNU/Linux 12 (bookworm)"
    std::string kernel;                ///< release of the kernel: "6.8.0-45-generic"
    std::string boot_id;               ///< changes with each boot
    std::string container;  ///< kind of container that was read from within: "docker"; empty: none was noticed
    Cpu cpu;                ///< all processors together
    std::vector<NumaNode> numa_nodes;                     ///< ordered by id
    std::optional<std::uint64_t> memory_bytes;            ///< unset: unknown
    std::optional<std::uint64_t> memory_available_bytes;  ///< that can be had without swapping; unset: unknown
    std::vector<Hugepages> hugepages;                     ///< by size of page
    std::vector<Nic> nics;                                ///< ordered by name
    std::vector<Route> routes;                            ///< to the addresses that were asked about
    std::vector<RouteEntry> route_entries;                ///< of the kernel's tables
    std::vector<RoutePolicy> route_policies;              ///< in the order of their priority
    std::vector<Firewall> firewalls;                      ///< packet filters that were looked for
    std::vector<Filesystem> filesystems;                  ///< of the paths that were asked about
    std::string gpu_driver_version;                       ///< empty: none, or not seen (then a Gap says so)
    std::string cuda_driver_version;                      ///< "13.0"
    std::vector<PciDevice> pci_devices;                   ///< ordered by address
    std::vector<Gpu> gpus;                                ///< ordered by NVML index
    std::string visible_gpus;  ///< CUDA_VISIBLE_DEVICES of the process that read; empty: not set
    std::vector<Hca> hcas;     ///< ordered by name
    GpuDirectRdma gpudirect;   ///< what GPUDirect RDMA needs besides a short path
    /// Between any two of the GPUs, HCAs and network controllers that have no HCA, each pair once: `from` stands
    /// before `to` in that order. Empty path: not known.
    std::vector<DevicePath> device_paths;
    Limits limits;                                     ///< that processes inherit
    std::vector<Service> services;                     ///< that were looked for
    std::vector<SoftwareBuild> software;               ///< copies of libraries and tools that matter
    std::vector<ContainerRuntime> container_runtimes;  ///< that are installed
    std::optional<EngineEnvironment> engine;           ///< environment that the spec names; unset: not read
    std::optional<ContainerImage> image;               ///< image that the spec names; unset: none, or not read
    std::optional<CheckpointDigest> checkpoint;        ///< what lies at the model's path; unset: not read
    std::vector<NameResolution> names;                 ///< what the names of the spec resolve to
    std::vector<PortState> ports;                      ///< that were tried by binding
    std::optional<double> clock_offset_s;              ///< its clock minus the controller's
    std::optional<double> clock_uncertainty_s;         ///< half of the round trip of the clock's reading, in seconds
    std::vector<Problem> problems;                     ///< what was seen and is not as it should be
    std::vector<Gap> gaps;                             ///< what could not be seen

    bool is_reached() const { return unreachable_because.empty(); }
    /// Each is nullptr where there is none.
    const Gpu* find_gpu(int nvml_index) const;
    /// The first Gap with this key.
    const Gap* find_gap(std::string_view key) const;
    /// The path between two devices, whichever stands first.
    const DevicePath* find_path(std::string_view a, std::string_view b) const;
    /// The file system that was asked about by this path.
    const Filesystem* find_filesystem(std::string_view path) const;
    /// "docker" or "podman".
    const ContainerRuntime* find_container_runtime(std::string_view name) const;
    bool operator==(const Machine&) const = default;
};

/// Whether two hosts of a spec are one machine under two names: by the boot id that the kernel makes at each boot.
bool is_one_machine(const Machine& a, const Machine& b);

/// Name of a GPU in DevicePath: "gpu0".
std::string device_name(const Gpu& gpu);

}  // namespace r1cluster
