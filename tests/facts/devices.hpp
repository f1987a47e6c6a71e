// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small machines for tests, put together by hand.

#include <string>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::machines {

/// A PCI function below `parent`, Gen5 x16.
inline PciDevice pci(std::string address, std::string parent, PciKind kind, std::optional<int> numa_node = {}) {
    PciDevice device;
    device.address = std::move(address);
    device.parent = std::move(parent);
    device.kind = kind;
    device.numa_node = numa_node;
    device.link = {32, 16, 32, 16};
    return device;
}

inline Gpu gpu(int index, std::string address) {
    Gpu gpu;
    gpu.nvml_index = index;
    gpu.name = "NVIDIA H100 80GB HBM3";
    gpu.pci_address = std::move(address);
    gpu.memory_bytes = 85899345920;
    gpu.compute_capability = "9.0";
    return gpu;
}

inline Hca hca(std::string name, std::string address, double rate_gbps = 400, LinkLayer layer = LinkLayer::infiniband) {
    Hca hca;
    hca.name = std::move(name);
    hca.pci_address = std::move(address);
    hca.model = "MT4129";
    HcaPort port;
    port.state = HcaPortState::active;
    port.physical_state = "LinkUp";
    port.link_layer = layer;
    port.rate_gbps = rate_gbps;
    port.sm_lid = 1;
    hca.ports.push_back(port);
    return hca;
}

/// `count` links that are up, to an NVSwitch that a virtual machine hides.
inline void add_switched_nvlinks(Gpu& gpu, int count) {
    for (int i = 0; i < count; ++i) gpu.nvlinks.push_back({i, true, 6, 26562, NvLinkEnd::nvswitch});
}

/// Two sockets; each has two switches on root complexes of their own, and each switch one GPU and one HCA:
///
///     NUMA 0: pci0000:10 > 0000:10:01.0 > switch 0000:11:00.0 > gpu0 0000:13:00.0, mlx5_0 0000:14:00.0
///             pci0000:20 > ...                                   gpu1 0000:23:00.0, mlx5_1 0000:24:00.0
///     NUMA 1: pci0000:90 > ...                                   gpu2 0000:93:00.0, mlx5_2 0000:94:00.0
///             pci0000:a0 > ...                                   gpu3 0000:a3:00.0, mlx5_3 0000:a4:00.0
inline Machine four_switches() {
    Machine machine;
    machine.host = "node1";
    machine.cpu.vendor = "GenuineIntel";
    machine.cpu.family_id = 6;
    machine.cpu.model_id = 0x8F;
    machine.numa_nodes = {{0, "0-47", 1ULL << 40U}, {1, "48-95", 1ULL << 40U}};
    int index = 0;
    for (const std::string bus : {"1", "2", "9", "a"}) {
        const int node = index / 2;
        const auto at = [&](const std::string& rest) { return "0000:" + bus + rest; };
        machine.pci_devices.push_back(pci(at("0:01.0"), "pci0000:" + bus + "0", PciKind::bridge, node));
        machine.pci_devices.push_back(pci(at("1:00.0"), at("0:01.0"), PciKind::bridge, node));
        machine.pci_devices.push_back(pci(at("2:00.0"), at("1:00.0"), PciKind::bridge, node));
        machine.pci_devices.push_back(pci(at("2:01.0"), at("1:00.0"), PciKind::bridge, node));
        machine.pci_devices.push_back(pci(at("3:00.0"), at("2:00.0"), PciKind::gpu, node));
        machine.pci_devices.push_back(pci(at("4:00.0"), at("2:01.0"), PciKind::network, node));
        machine.gpus.push_back(gpu(index, at("3:00.0")));
        machine.hcas.push_back(hca("mlx5_" + std::to_string(index), at("4:00.0")));
        ++index;
    }
    return machine;
}

}  // namespace r1cluster::machines
