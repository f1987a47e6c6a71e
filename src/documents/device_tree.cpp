// SPDX-License-Identifier: Apache-2.0
#include "documents/device_tree.hpp"

#include <set>

namespace r1cluster::detail {
namespace {

constexpr int max_depth = 64;

class Builder {
public:
    explicit Builder(const Machine& machine) {
        for (const PciDevice& device : machine.pci_devices) {
            nodes_[device.address].address = device.address;
            nodes_[device.address].device = &device;
            numa_nodes_.emplace(device.address, device.numa_node.value_or(-1));
        }
        for (const Gpu& gpu : machine.gpus) at(gpu, device_name(gpu)).gpus.push_back(&gpu);
        for (const Hca& hca : machine.hcas) at(hca, hca.name).hcas.push_back(&hca);
        for (const Nic& nic : machine.nics) {
            // Bonds, bridges and their like are no devices of the tree. An empty kind is not known.
            if (nic.kind == NicKind::physical || nic.kind == NicKind::unknown || !nic.pci_address.empty())
                at(nic, nic.name).nics.push_back(&nic);
        }
        for (const auto& [address, node] : nodes_) children_[parent_of(node)].insert(address);
    }

    std::map<int, std::vector<TreeNode>> trees() const {
        std::map<int, std::vector<TreeNode>> trees;
        for (const auto& [parent, addresses] : children_) {
            if (nodes_.contains(parent)) continue;
            std::map<int, TreeNode> roots;  // one for each NUMA node, where no bridge is known
            for (const std::string& address : addresses) {
                TreeNode& root = roots[numa_nodes_.at(address)];
                root.address = parent.starts_with("numa") ? "" : parent;
                root.children.push_back(grown(address, 0));
            }
            for (auto& [numa, root] : roots) trees[numa].push_back(std::move(root));
        }
        return trees;
    }

private:
    /// One without a PCI address is a node of its own, by a key that is no address.
    template <class Device>
    TreeNode& at(const Device& device, const std::string& name) {
        const std::string& address = device.pci_address;
        const std::string key = address.empty() ? "?" + name : address;
        numa_nodes_.emplace(key, device.numa_node.value_or(-1));
        TreeNode& node = nodes_[key];
        node.address = address;
        return node;
    }

    /// A parent that is not among the devices, or above which the bridges go round, is a root.
    std::string parent_of(const TreeNode& node) const {
        if (!node.device) return "";
        std::string at = node.device->parent;
        for (int depth = 0; depth < max_depth; ++depth) {
            const auto found = nodes_.find(at);
            if (found == nodes_.end() || !found->second.device) return node.device->parent;
            at = found->second.device->parent;
        }
        return "";
    }

    TreeNode grown(const std::string& address, int depth) const {
        TreeNode node = nodes_.at(address);
        const auto below = children_.find(address);
        if (below == children_.end() || depth >= max_depth) return node;
        for (const std::string& child : below->second) node.children.push_back(grown(child, depth + 1));
        return node;
    }

    std::map<std::string, TreeNode> nodes_;
    std::map<std::string, int> numa_nodes_;
    std::map<std::string, std::set<std::string>> children_;
};

}  // namespace

std::map<int, std::vector<TreeNode>> device_trees(const Machine& machine) { return Builder(machine).trees(); }

}  // namespace r1cluster::detail
