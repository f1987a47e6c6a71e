// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// What a PCIe link does, and what its device could do. Unset: the source does not say (a virtual machine has
/// no link of its own). GT/s are those of the standard: 2.5, 5, 8, 16, 32, 64 for generations 1 to 6.
struct PciLink {
    std::optional<double> speed_gts;      ///< now, in GT/s per lane; unset: unknown
    std::optional<int> width;             ///< lanes
    std::optional<double> max_speed_gts;  ///< of the device, in GT/s per lane; unset: unknown
    std::optional<int> max_width;         ///< lanes of the device; unset: unknown
    bool operator==(const PciLink&) const = default;
};

/// What a PCI function is, by its class and vendor.
enum class PciKind {
    unknown,      ///< ""
    gpu,          ///< "gpu"
    nvswitch,     ///< "nvswitch"
    network,      ///< "network"
    nvme,         ///< "nvme"
    bridge,       ///< "bridge": one port of a switch, or a root port
    pcie_switch,  ///< "switch": a whole one, where the source does not show its ports
    other,        ///< "other"
};

std::string_view to_text(PciKind kind);

/// One PCI function that decides placement: GPUs, NVSwitches, network controllers, NVMe disks, and every bridge
/// between them and the CPU.
struct PciDevice {
    std::string address;  ///< "0000:18:00.0", always with domain, in lower case
    std::string parent;   ///< address of the bridge above, or the root complex, "pci0000:15"; empty: not known
    PciKind kind = PciKind::unknown;  ///< by class and vendor
    std::string class_code;           ///< "0x030200"
    std::string vendor_id;            ///< "0x10de"
    std::string device_id;            ///< "2330"
    std::string subsystem_vendor_id;  ///< empty: unknown
    std::string subsystem_device_id;  ///< empty: unknown
    std::string name;                 ///< as a database names it, where the source has one
    std::optional<int> numa_node;     ///< unset where the firmware does not say (-1)
    std::string local_cpus;           ///< kernel list format
    std::string driver;               ///< "nvidia", "mlx5_core", "vfio-pci"
    PciLink link;                     ///< what is unknown of it is unset
    std::optional<int> iommu_group;   ///< unset: none
    /// True where access control services of a bridge send traffic between its devices up to the CPU, which
    /// spoils peer-to-peer copies: bits SrcValid, ReqRedir, CmpltRedir and UpstreamFwd of the ACS control word.
    std::optional<bool> is_acs_redirecting;
    std::string physical_function;         ///< of a virtual function: address of the device it belongs to
    std::optional<int> virtual_functions;  ///< that are switched on (SR-IOV); unset: cannot have any
    bool operator==(const PciDevice&) const = default;
};

/// How far apart two devices are to NCCL, from near to far, as src/graph/paths.cc of NCCL 2.28 finds it. NCCL's CPU is
/// a NUMA node, so that NODE of `nvidia-smi topo -m` is PHB.
enum class NcclPath {
    unknown,  ///< ""
    nvl,      ///< "NVL": NVLinks, or NVLinks and NVSwitches
    nvb,      ///< "NVB": NVLinks to a third GPU
    c2c,      ///< "C2C": the link between a Grace CPU and its GPU
    pix,      ///< "PIX": at most one PCIe switch
    pxb,      ///< "PXB": several PCIe switches
    p2c,      ///< "P2C": a PCIe switch, a Grace CPU and its C2C link
    phb,      ///< "PHB": a host bridge
    sys,      ///< "SYS": two NUMA nodes
};

std::string_view to_text(NcclPath path);

/// How two devices of one machine reach each other.
struct DevicePath {
    std::string from;  ///< "gpu0" (NVML index), name of an HCA ("mlx5_0"), or the PCI address of another device
    std::string to;    ///< the other device
    /// In the words of `nvidia-smi topo -m`: "NV18" (that many NVLinks), "PIX" (at most one switch), "PXB"
    /// (several switches), "PHB" (a host bridge), "NODE" (two host bridges of one NUMA node), "SYS" (two NUMA
    /// nodes). Empty: not known.
    std::string path;
    NcclPath nccl_path = NcclPath::unknown;  ///< how far apart they are to NCCL
    /// Least bandwidth along the way in NCCL's model, in GB/s (1e9 bytes) one way. Unset: not known.
    std::optional<double> nccl_bandwidth_gbytes_per_s;
    std::string because;  ///< which facts say so: "common ancestor 0000:16:00.0", "18 NVLinks to an NVSwitch"
    bool operator==(const DevicePath&) const = default;
};

}  // namespace r1cluster
