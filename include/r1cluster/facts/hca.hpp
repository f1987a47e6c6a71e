// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// One address of an HCA port.
struct Gid {
    int index = 0;       ///< in the port's table, from 0
    std::string gid;     ///< "fe80:0000:0000:0000:..." as sysfs writes it
    std::string type;    ///< "IB/RoCE v1", "RoCE v2"; empty: not readable here
    std::string netdev;  ///< network interface it belongs to; empty: none, or of another network namespace
    bool operator==(const Gid&) const = default;
};

/// What an HCA port speaks.
enum class LinkLayer {
    unknown,     ///< ""
    infiniband,  ///< "InfiniBand"
    ethernet,    ///< "Ethernet"
};

/// Logical state of an HCA port, ibv_port_state.
enum class HcaPortState {
    unknown,       ///< ""
    nop,           ///< "NOP"
    down,          ///< "DOWN"
    init,          ///< "INIT": a link, and no address from a subnet manager yet
    armed,         ///< "ARMED"
    active,        ///< "ACTIVE"
    active_defer,  ///< "ACTIVE_DEFER"
};

/// What an HCA is for.
enum class HcaRole {
    unknown,                ///< ""
    compute,                ///< "compute": the rails between GPUs
    storage,                ///< "storage"
    management,             ///< "management"
    storage_or_management,  ///< "storage or management": which of the two was not seen
    down,                   ///< "down": no port is up
};

std::string_view to_text(LinkLayer layer);
std::string_view to_text(HcaPortState state);
std::string_view to_text(HcaRole role);

/// A port of an HCA.
struct HcaPort {
    int number = 1;                                 ///< from 1
    HcaPortState state = HcaPortState::unknown;     ///< logical state
    std::string physical_state;                     ///< "LinkUp", "Polling", "Disabled"
    LinkLayer link_layer = LinkLayer::unknown;      ///< what it speaks
    std::optional<double> rate_gbps;                ///< gigabits per second
    std::string rate_text;                          ///< "400 Gb/sec (4X NDR)"
    std::optional<int> lid;                         ///< local identifier that the subnet manager gave; unset: unknown
    std::optional<int> sm_lid;                      ///< 0 on InfiniBand: no subnet manager
    std::string netdev;                             ///< network interface on this port
    std::optional<int> active_mtu;                  ///< in bytes; unset: unknown
    std::vector<Gid> gids;                          ///< that are set, ordered by index
    std::vector<std::string> pkeys;                 ///< that are set: "0xffff"
    std::map<std::string, std::uint64_t> counters;  ///< of errors and congestion, that are not zero
    bool operator==(const HcaPort&) const = default;
};

/// A host channel adapter: a verbs device, InfiniBand or RoCE.
struct Hca {
    std::string name;                         ///< "mlx5_0", "rdmap79s0"; names mean nothing across hosts
    std::string pci_address;                  ///< empty: not known
    std::string model;                        ///< hca_type: "MT4129"
    std::string firmware_version;             ///< empty: unknown
    std::string board_id;                     ///< "MT_0000000838"
    std::string node_guid;                    ///< "b83f:d203:00a4:1c2e"
    std::string system_image_guid;            ///< same for the ports of one card
    std::string driver;                       ///< of the kernel: "mlx5_core"
    std::optional<int> numa_node;             ///< unset: unknown
    std::vector<HcaPort> ports;               ///< ordered by number
    std::optional<bool> is_usable;            ///< whether this process may open its /dev/infiniband/uverbsN
    std::string unusable_because;             ///< empty where it is usable
    std::optional<bool> is_dmabuf_supported;  ///< by a trial registration
    HcaRole role = HcaRole::unknown;          ///< what it is for
    std::string role_because;                 ///< what the role follows from
    bool operator==(const Hca&) const = default;
};

/// What GPUDirect RDMA needs besides a short path (reference: NCCL src/transport/net_ib.cc, ncclIbGdrSupport and
/// ncclIbDmaBufSupport). Each term is a fact of its own: one boolean would hide what to repair.
struct GpuDirectRdma {
    std::optional<bool> is_peermem_loaded;      ///< module nvidia_peermem, or nv_peer_mem before it
    std::optional<bool> can_peermem_register;   ///< ib_core knows peer memory clients (MLNX_OFED, DOCA, or patched)
    std::optional<bool> is_kernel_dmabuf_able;  ///< Linux 5.12 or newer
    std::optional<bool> is_driver_open;         ///< open kernel modules, which DMA-BUF needs
    std::optional<bool> is_gdrcopy_loaded;      ///< module gdrdrv
    bool operator==(const GpuDirectRdma&) const = default;
};

}  // namespace r1cluster
