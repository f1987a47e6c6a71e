// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/facts/pci.hpp"

namespace r1cluster {

/// What an NVLink leads to, nvmlIntNvLinkDeviceType_t.
enum class NvLinkEnd {
    unknown,   ///< ""
    gpu,       ///< "gpu"
    cpu,       ///< "cpu"
    nvswitch,  ///< "switch"
};

std::string_view to_text(NvLinkEnd end);

/// One NVLink of one GPU.
struct NvLink {
    int index = 0;                  ///< of the GPU's links, from 0
    bool is_active = false;         ///< the link is up
    std::optional<int> version;     ///< NVML's number: 5 is NVLink 3 (A100), 6 is NVLink 4 (H100), 7 is NVLink 5
    std::optional<int> speed_mbps;  ///< NVML's number, in MB/s: 26562 where `nvidia-smi nvlink -s` has 26.562 GB/s
    NvLinkEnd remote = NvLinkEnd::unknown;  ///< what it leads to
    std::string remote_pci_address;         ///< empty: hidden, as in a virtual machine
    /// Counter -> count: "replay", "recovery", "crc", or "crc_flit" and "crc_data" in its place (by function, before
    /// Hopper); from Blackwell on "recovery", "recovery_failed", "receive", "effective".
    std::map<std::string, std::uint64_t> errors;
    bool operator==(const NvLink&) const = default;
};

/// How far a GPU has come with its registration with the NVLink fabric, NVML_GPU_FABRIC_STATE_*.
enum class FabricState {
    unknown,        ///< ""
    not_supported,  ///< "not supported"
    not_started,    ///< "not started"
    in_progress,    ///< "in progress"
    completed,      ///< "completed"
};

std::string_view to_text(FabricState state);

/// What a GPU says of the NVLink fabric it belongs to (nvmlDeviceGetGpuFabricInfoV).
struct GpuFabric {
    FabricState state = FabricState::unknown;  ///< of the registration
    std::string status;                        ///< means something when completed: "success", or the error
    std::string cluster_uuid;                  ///< empty: all zero, a single chassis
    std::optional<int> clique_id;              ///< within the cluster; unset: unknown
    std::vector<std::string> unhealthy;        ///< words of the health mask that are not "healthy"
    bool operator==(const GpuFabric&) const = default;
};

/// A process that holds memory of a GPU.
struct GpuProcess {
    int pid = 0;                                ///< as the host counts
    std::string name;                           ///< empty: not ours to see
    std::optional<std::uint64_t> memory_bytes;  ///< unset: the driver does not say, as inside containers
    bool operator==(const GpuProcess&) const = default;
};

/// Whether a GPU may access another one directly, nvmlGpuP2PStatus_t.
enum class PeerAccess {
    unknown,                ///< "": not asked
    ok,                     ///< "ok"
    chipset_not_supported,  ///< "chipset not supported"
    gpu_not_supported,      ///< "GPU not supported"
    ioh_not_supported,      ///< "IOH topology not supported"
    disabled_by_regkey,     ///< "disabled by regkey"
    not_supported,          ///< "not supported"
    undetermined,           ///< "unknown": NVML does not know
};

std::string_view to_text(PeerAccess access);

/// How one GPU reaches another, by NVML.
struct GpuPeer {
    int gpu = 0;           ///< NVML index of the other one
    std::string ancestor;  ///< what NVML calls their common ancestor: "PIX", "PXB", "PHB", "NODE", "SYS"
    PeerAccess read = PeerAccess::unknown;     ///< of its memory, over any link
    PeerAccess write = PeerAccess::unknown;    ///< to its memory, over any link
    PeerAccess nvlink = PeerAccess::unknown;   ///< over NVLink
    PeerAccess atomics = PeerAccess::unknown;  ///< atomic operations in its memory
    bool operator==(const GpuPeer&) const = default;
};

/// An HCA as one GPU sees it.
struct NearHca {
    std::string hca;                         ///< name of its verbs device, or PCI address where it has none
    std::string path;                        ///< DevicePath::path
    NcclPath nccl_path = NcclPath::unknown;  ///< DevicePath::nccl_path
    /// Whether NCCL would use GPUDirect RDMA between the two at its default NCCL_NET_GDR_LEVEL; unset: a term of
    /// the rule could not be seen.
    std::optional<bool> uses_gpudirect;
    std::string because;  ///< why GPUDirect RDMA is used or not
    bool operator==(const NearHca&) const = default;
};

/// A GPU.
struct Gpu {
    int nvml_index = 0;                                  ///< as nvidia-smi counts, from 0
    std::string uuid;                                    ///< as NVML has it: "GPU-..."
    std::string name;                                    ///< as NVML has it: "NVIDIA H100 80GB HBM3"
    std::string serial;                                  ///< of the board; empty: not known
    std::string pci_address;                             ///< "0000:18:00.0"
    std::optional<std::uint64_t> memory_bytes;           ///< NVML total; unset: not known, and a Gap says why
    std::optional<std::uint64_t> memory_free_bytes;      ///< unset: unknown
    std::optional<std::uint64_t> memory_used_bytes;      ///< by processes
    std::optional<std::uint64_t> memory_reserved_bytes;  ///< by driver and firmware
    std::optional<std::uint64_t> bar1_bytes;       ///< window through which others reach its memory; unset: unknown
    std::string compute_capability;                ///< "9.0"
    std::optional<int> numa_node;                  ///< unset: unknown
    std::string cpu_affinity;                      ///< CPUs near it by NVML, kernel list format
    std::string vbios_version;                     ///< empty: unknown
    std::string firmware_version;                  ///< of the GPU system processor; empty: none, or not seen
    std::optional<int> minor_number;               ///< N of /dev/nvidiaN
    std::optional<bool> is_device_openable;        ///< whether this process may open /dev/nvidiaN
    std::optional<bool> is_mig_enabled;            ///< false where this kind of GPU has no such mode
    std::optional<bool> is_mig_pending;            ///< what it will be after a reset
    std::vector<std::string> mig_devices;          ///< number of MIG devices
    std::string virtualization;                    ///< "none", "pass-through", "vGPU", "host vGPU", "host vSGA"
    std::optional<bool> is_ecc_enabled;            ///< unset: unknown, or the GPU has no ECC
    std::optional<bool> is_ecc_pending;            ///< after the next reset; unset: unknown
    std::optional<std::uint64_t> ecc_corrected;    ///< errors over its life
    std::optional<std::uint64_t> ecc_uncorrected;  ///< errors over its life
    std::optional<int> remapped_rows_corrected;    ///< rows of memory replaced after corrected errors; unset: unknown
    std::optional<int> remapped_rows_uncorrected;  ///< rows of memory replaced after uncorrected errors; unset: unknown
    std::optional<bool> is_remap_pending;          ///< rows are replaced at the next reset
    std::optional<bool> has_remap_failed;          ///< a row could not be replaced: the GPU should be; unset: unknown
    std::optional<bool> is_persistent;             ///< persistence mode: the driver stays loaded between users
    std::string compute_mode;                      ///< "default", "exclusive process", "prohibited"
    std::optional<double> power_w;                 ///< drawn now, in watts; unset: unknown
    std::optional<double> power_limit_w;           ///< in force, in watts; unset: unknown
    std::optional<double> power_limit_default_w;   ///< of the model, in watts; unset: unknown
    std::optional<int> temperature_c;              ///< in degrees Celsius; unset: unknown
    std::optional<int> sm_clock_mhz;               ///< now; unset: unknown
    std::optional<int> sm_clock_max_mhz;           ///< unset: unknown
    std::optional<int> memory_clock_mhz;           ///< now; unset: unknown
    std::optional<int> memory_clock_max_mhz;       ///< unset: unknown
    std::vector<std::string> throttle_reasons;     ///< "idle", "software power cap", "hardware thermal slowdown", ...
    PciLink link;                                  ///< as NVML says; an idle GPU lowers its speed
    std::vector<NvLink> nvlinks;                   ///< ordered by index
    std::optional<GpuFabric> fabric;               ///< NVLink fabric that it belongs to; unset: unknown, or none
    std::vector<GpuPeer> peers;                    ///< other GPUs of the machine
    std::vector<GpuProcess> processes;             ///< that hold memory of it
    std::vector<NearHca> hcas;                     ///< nearest first
    bool operator==(const Gpu&) const = default;
};

/// How many NVLinks are up.
int active_nvlinks(const Gpu& gpu);

}  // namespace r1cluster
