// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "documents/device_tree.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/documents/documents.hpp"

namespace r1cluster {
namespace {

/// Inside of double quotes, where only these two mean something; "\n" of ours is added after.
std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '"' || c == '\\') safe += '\\';
        safe += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return safe;
}

class Drawing {
public:
    explicit Drawing(const Machine& machine) : machine_(machine) {}

    std::string text() {
        text_ = fmt::format("graph \"{}\" {{\n", escaped(machine_.host.empty() ? machine_.hostname : machine_.host));
        text_ += "  rankdir=TB; node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\"];\n";
        for (const auto& [numa, roots] : detail::device_trees(machine_)) {
            if (numa >= 0)
                text_ += fmt::format("  subgraph cluster_numa{} {{ label=\"NUMA node {}\"; color=gray;\n", numa, numa);
            for (const detail::TreeNode& root : roots) draw(root, "");
            if (numa >= 0) text_ += "  }\n";
        }
        draw_nvlinks();
        return text_ += "}\n";
    }

private:
    /// Names of nodes are made up, so that none of the machine's needs care.
    std::string node(const std::string& label, const std::string& color) {
        const std::string id = fmt::format("n{}", nodes_++);
        text_ += fmt::format("    {} [label=\"{}\", fillcolor=\"{}\"];\n", id, label, color);
        return id;
    }

    void draw(const detail::TreeNode& tree, const std::string& parent) {
        std::string label = escaped(tree.address);
        std::string color = "#eeeeee";
        if (tree.device && tree.device->kind != PciKind::bridge)
            label = escaped(to_text(tree.device->kind)) + "\\n" + label;
        if (tree.device && tree.device->kind == PciKind::nvswitch) color = "#d5e8d4";
        for (const Gpu* gpu : tree.gpus) {
            label = fmt::format("GPU {}", gpu->nvml_index);
            for (const std::string& part : {gpu->name, gpu->pci_address}) {
                if (!part.empty()) label += "\\n" + escaped(part);
            }
            if (gpu->memory_bytes) label += "\\n" + format_bytes(*gpu->memory_bytes);
            color = "#c5e1a5";
        }
        for (const Nic* nic : tree.nics) label += "\\n" + escaped(nic->name);
        for (const Hca* hca : tree.hcas) {
            label += "\\n" + escaped(hca->name) +
                     (hca->role == HcaRole::unknown ? "" : fmt::format(" ({})", to_text(hca->role)));
            for (const HcaPort& port : hca->ports) {
                if (port.rate_gbps) label += fmt::format("\\n{} {} Gb/s", to_text(port.link_layer), *port.rate_gbps);
            }
        }
        if (!tree.hcas.empty()) color = "#bbdefb";
        // What hangs from no bridge that is known needs none drawn.
        const std::string id = label.empty() ? "" : node(label, color);
        for (const Gpu* gpu : tree.gpus) gpu_nodes_[gpu->pci_address] = id;
        if (tree.device && tree.device->kind == PciKind::nvswitch) switch_nodes_[tree.address] = id;
        if (!parent.empty() && !id.empty()) text_ += fmt::format("    {} -- {}{};\n", parent, id, edge(tree.device));
        for (const detail::TreeNode& child : tree.children) draw(child, id);
    }

    static std::string edge(const PciDevice* device) {
        if (!device || !device->link.width || !device->link.speed_gts) return "";
        return fmt::format(" [label=\"{} GT/s x{}\"]", *device->link.speed_gts, *device->link.width);
    }

    /// Links between two GPUs once, links to switches of which nothing is known to one node that stands for all.
    void draw_nvlinks() {
        std::map<std::pair<std::string, std::string>, int> links;
        std::string fabric;
        for (const Gpu& gpu : machine_.gpus) {
            for (const NvLink& link : gpu.nvlinks) {
                if (!link.is_active || gpu.pci_address.empty()) continue;
                std::string to;
                if (const auto found = gpu_nodes_.find(link.remote_pci_address);
                    link.remote == NvLinkEnd::gpu && found != gpu_nodes_.end()) {
                    to = found->second;
                }
                if (const auto found = switch_nodes_.find(link.remote_pci_address); found != switch_nodes_.end())
                    to = found->second;
                if (to.empty() && link.remote == NvLinkEnd::nvswitch) {
                    if (fabric.empty()) fabric = node("NVSwitch", "#d5e8d4");
                    to = fabric;
                }
                if (!to.empty()) ++links[{gpu_nodes_[gpu.pci_address], to}];
            }
        }
        for (const auto& [ends, count] : links) {
            // Both GPUs tell of a link between them.
            if (ends.second < ends.first && links.contains({ends.second, ends.first})) continue;
            text_ += fmt::format("  {} -- {} [color=\"#43a047\", penwidth=3, label=\"NV{}\"];\n", ends.first,
                                 ends.second, count);
        }
    }

    const Machine& machine_;
    std::string text_;
    int nodes_ = 0;
    std::map<std::string, std::string> gpu_nodes_, switch_nodes_;  ///< by address
};

}  // namespace

std::string to_dot(const Machine& machine) { return Drawing(machine).text(); }

}  // namespace r1cluster
