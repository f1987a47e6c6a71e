// SPDX-License-Identifier: Apache-2.0
#include "views/pci_groups.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr int max_depth = 64;  // buses below one root are at most 256, and real trees have six levels

std::optional<int> numa_node_of(const PlacedDevice& device) {
    if (device.pci && device.pci->numa_node) return device.pci->numa_node;
    if (device.gpu && device.gpu->numa_node) return device.gpu->numa_node;
    if (device.hca && device.hca->numa_node) return device.hca->numa_node;
    return device.nic ? device.nic->numa_node : std::nullopt;
}

bool is_bridge(const PciDevice& device) {
    return device.kind == PciKind::bridge || device.kind == PciKind::pcie_switch;
}

/// GPUs first, then HCAs, network, switches of NVLink, disks.
int rank_of(const PlacedDevice& device) {
    if (device.gpu) return 0;
    if (device.hca) return 1;
    if (device.nic) return 2;
    return device.pci && device.pci->kind == PciKind::nvswitch ? 3 : 4;
}

bool stands_before(const PlacedDevice& a, const PlacedDevice& b) {
    const int rank_a = rank_of(a), rank_b = rank_of(b);
    if (rank_a != rank_b || !a.gpu || !b.gpu) return std::tie(rank_a, a.address) < std::tie(rank_b, b.address);
    return a.gpu->nvml_index < b.gpu->nvml_index;
}

/// Functions of one card share all of their address but the number after the point.
bool are_one_card(const std::vector<PlacedDevice>& devices) {
    const auto card = [](const PlacedDevice& device) { return device.address.substr(0, device.address.find('.')); };
    return !devices.empty() && std::all_of(devices.begin(), devices.end(), [&](const PlacedDevice& device) {
        return card(device) == card(devices.front());
    });
}

class Grouping {
public:
    explicit Grouping(const Machine& machine) : machine_(machine) {
        for (const Gpu& gpu : machine.gpus)
            known_[gpu.pci_address].push_back({gpu.pci_address, nullptr, &gpu, nullptr, nullptr});
        for (const Hca& hca : machine.hcas)
            known_[hca.pci_address].push_back({hca.pci_address, nullptr, nullptr, &hca, nullptr});
        for (const Nic* nic : nics_without_hca(machine)) {
            known_[nic->pci_address].push_back({nic->pci_address, nullptr, nullptr, nullptr, nic});
        }
        for (const PciDevice& device : machine.pci_devices) addresses_.insert(device.address);
        for (const PciDevice& device : machine.pci_devices) below_[device.parent].push_back(&device);
    }

    std::vector<PciGroup> groups() {
        std::vector<PciGroup> found;
        std::map<std::optional<int>, PciGroup> homeless;
        for (const auto& [parent, devices] : below_) {
            if (parent.empty() || addresses_.count(parent)) continue;
            // NCCL's CPU is a NUMA node ("numa0"): whether what hangs from it shares a host bridge, it does not say.
            if (parent.starts_with("pci")) {
                add(filled(nullptr, parent, 0), found);
            } else {
                add_tops(devices, found);
            }
        }
        if (const auto tops = below_.find(""); tops != below_.end()) add_tops(tops->second, found);
        for (const PciDevice& device : machine_.pci_devices) {
            for (const PlacedDevice& placed : placed_at(device))
                homeless[numa_node_of(placed)].devices.push_back(placed);
        }
        for (const auto& [address, devices] : known_) {
            for (const PlacedDevice& device : devices) homeless[numa_node_of(device)].devices.push_back(device);
        }
        for (auto& [node, group] : homeless) {
            std::sort(group.devices.begin(), group.devices.end(), stands_before);
            found.push_back(group);
        }
        std::stable_sort(found.begin(), found.end(), [](const PciGroup& a, const PciGroup& b) {
            const int node_a = numa_node(a).value_or(1 << 30), node_b = numa_node(b).value_or(1 << 30);
            return node_a < node_b;
        });
        return found;
    }

private:
    void add_tops(const std::vector<const PciDevice*>& devices, std::vector<PciGroup>& found) {
        for (const PciDevice* device : devices) {
            if (is_bridge(*device) && placed_.insert(device->address).second) add(filled(device, "", 0), found);
        }
    }

    static void add(PciGroup group, std::vector<PciGroup>& found) {
        // A host bridge with nothing but one switch is that switch.
        if (group.devices.empty() && group.groups.size() == 1) group = PciGroup(group.groups.front());
        if (!group.devices.empty() || !group.groups.empty()) found.push_back(std::move(group));
    }

    /// What is at this address and stands nowhere yet; nothing for bridges and what is of no interest here.
    std::vector<PlacedDevice> placed_at(const PciDevice& device) {
        if (is_bridge(device) || !placed_.insert(device.address).second) return {};
        std::vector<PlacedDevice> devices;
        if (const auto found = known_.find(device.address); found != known_.end()) {
            devices = std::move(found->second);
            known_.erase(found);
            for (PlacedDevice& placed : devices) placed.pci = &device;
            return devices;
        }
        // Virtual functions come by the hundred; those in use have an interface or a verbs device.
        if (device.kind != PciKind::other && device.physical_function.empty()) {
            devices.push_back({device.address, &device, nullptr, nullptr, nullptr});
        }
        return devices;
    }

    PciGroup filled(const PciDevice* bridge, const std::string& root, int depth) {
        PciGroup group{root, bridge, {}, {}};
        const auto below = below_.find(bridge ? bridge->address : root);
        if (below == below_.end() || depth > max_depth) return group;
        for (const PciDevice* device : below->second) {
            if (is_bridge(*device)) {
                if (!placed_.insert(device->address).second) continue;  // a document may name one twice
                PciGroup inner = filled(device, root, depth + 1);
                if (inner.groups.empty() && are_one_card(inner.devices)) {
                    group.devices.insert(group.devices.end(), inner.devices.begin(), inner.devices.end());
                } else if (inner.devices.empty() && inner.groups.size() == 1) {
                    group.groups.push_back(PciGroup(inner.groups.front()));
                } else if (!inner.devices.empty() || !inner.groups.empty()) {
                    group.groups.push_back(std::move(inner));
                }
            } else {
                for (PlacedDevice& placed : placed_at(*device)) group.devices.push_back(std::move(placed));
            }
        }
        std::sort(group.devices.begin(), group.devices.end(), stands_before);
        return group;
    }

    const Machine& machine_;
    std::map<std::string, std::vector<PlacedDevice>> known_;  // address -> what we know by name there
    std::set<std::string> addresses_, placed_;
    std::map<std::string, std::vector<const PciDevice*>> below_;
};

}  // namespace

std::vector<PlacedDevice> all_devices(const PciGroup& group) {
    std::vector<PlacedDevice> devices = group.devices;
    for (const PciGroup& inner : group.groups) {
        for (PlacedDevice& device : all_devices(inner)) devices.push_back(std::move(device));
    }
    return devices;
}

std::optional<int> numa_node(const PciGroup& group) {
    if (group.bridge && group.bridge->numa_node) return group.bridge->numa_node;
    for (const PlacedDevice& device : all_devices(group)) {
        if (const auto node = numa_node_of(device)) return node;
    }
    return std::nullopt;
}

std::string name_of(const PlacedDevice& device) {
    if (device.gpu) return r1cluster::device_name(*device.gpu);
    if (device.hca) return device_name(*device.hca);
    return device.nic ? device.nic->name : device.address;
}

std::vector<PciGroup> pci_groups(const Machine& machine) { return Grouping(machine).groups(); }

}  // namespace r1cluster::detail
