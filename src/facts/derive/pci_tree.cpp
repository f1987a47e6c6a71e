// SPDX-License-Identifier: Apache-2.0
#include "facts/derive/pci_tree.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_depth = 64;  // buses below one root are at most 256, and real trees have six levels

}  // namespace

PciTree::PciTree(const Machine& machine) {
    for (const PciDevice& device : machine.pci_devices) devices_.emplace(device.address, &device);
    if (machine.numa_nodes.size() == 1) only_numa_node_ = machine.numa_nodes.front().id;
}

const PciDevice* PciTree::find(std::string_view address) const {
    const auto found = devices_.find(address);
    return found == devices_.end() ? nullptr : found->second;
}

std::vector<const PciDevice*> PciTree::above(std::string_view address) const {
    std::vector<const PciDevice*> bridges;
    const PciDevice* device = find(address);
    while (device && bridges.size() < max_depth) {
        device = find(device->parent);
        if (device) bridges.push_back(device);
    }
    if (bridges.size() == max_depth) bridges.clear();  // what a source says goes round
    return bridges;
}

std::string PciTree::root_of(std::string_view address) const {
    const PciDevice* top = find(address);
    if (!top) return "";
    const std::vector<const PciDevice*> bridges = above(address);
    if (!bridges.empty()) top = bridges.back();
    return find(top->parent) ? "" : top->parent;
}

std::optional<int> PciTree::numa_node(std::string_view address) const {
    const PciDevice* device = find(address);
    if (device && device->numa_node) return device->numa_node;
    for (const PciDevice* bridge : above(address)) {
        if (bridge->numa_node) return bridge->numa_node;
    }
    return only_numa_node_;
}

std::vector<const PciDevice*> PciTree::switches_above(std::string_view address) const {
    std::vector<const PciDevice*> switches;
    const std::vector<const PciDevice*> bridges = above(address);
    for (std::size_t i = 0; i < bridges.size();) {
        if (bridges[i]->kind == PciKind::pcie_switch) {
            switches.push_back(bridges[i]);
            i += 1;
        } else {
            // The last bridge of an odd number is a root port, which belongs to the CPU.
            if (i + 1 < bridges.size()) switches.push_back(bridges[i + 1]);
            i += 2;
        }
    }
    return switches;
}

}  // namespace r1cluster::detail
