// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// A device at its place. Pointers are into the Machine that it came from; those that do not apply are nullptr.
struct PlacedDevice {
    std::string address;
    const PciDevice* pci = nullptr;
    const Gpu* gpu = nullptr;
    const Hca* hca = nullptr;
    const Nic* nic = nullptr;  ///< of a network controller without a verbs device
    bool operator==(const PlacedDevice&) const = default;
};

/// Devices that share a PCIe switch or a host bridge. Bridges that lead to one device only are left out: they decide
/// nothing, and a tree that has them all cannot be read.
struct PciGroup {
    std::string root;                   ///< "pci0000:15"; empty: not known
    const PciDevice* bridge = nullptr;  ///< upstream port of the switch; nullptr: a host bridge, or not known
    std::vector<PlacedDevice> devices;  ///< GPUs, HCAs, the others; each in the order of the addresses
    std::vector<PciGroup> groups;       ///< switches below this one
    bool operator==(const PciGroup&) const = default;
};

/// What the firmware says of the first device that it says it of.
std::optional<int> numa_node(const PciGroup& group);
/// This group's devices, and those of all groups below.
std::vector<PlacedDevice> all_devices(const PciGroup& group);
/// "gpu0", "mlx5_0", "eth0", or the PCI address.
std::string name_of(const PlacedDevice& device);

/// By NUMA node, those without one last, then by address. Devices whose place is not known stand in a group with
/// neither root nor bridge for each NUMA node. Every GPU and every HCA of the machine is in exactly one group.
std::vector<PciGroup> pci_groups(const Machine& machine);

}  // namespace r1cluster::detail
