// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "documents/device_tree.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/documents/documents.hpp"

namespace r1cluster {
namespace {

/// What lstopo puts in brackets behind a PCI device: its class.
std::string class_name(const PciDevice& device) {
    const std::string& code = device.class_code;
    if (device.kind == PciKind::gpu) return code.starts_with("0x0300") ? "VGA" : "3D";
    if (device.kind == PciKind::network) return code.starts_with("0x0207") ? "InfiniBand" : "Ethernet";
    if (device.kind == PciKind::nvme) return "NVMExp";
    if (device.kind == PciKind::nvswitch) return "NVSwitch";
    return std::string(to_text(device.kind));
}

/// As lstopo does: without the domain where that is 0.
std::string short_address(const std::string& address) {
    return address.starts_with("0000:") ? address.substr(5) : address;
}

class Printer {
public:
    explicit Printer(const Machine& machine) : machine_(machine) {}

    std::string text() {
        line(0, machine_.memory_bytes ? fmt::format("Machine ({} total)", format_bytes(*machine_.memory_bytes))
                                      : "Machine");
        const Cpu& cpu = machine_.cpu;
        if (cpu.sockets) {
            std::string counts = fmt::format("{} x Package", *cpu.sockets);
            if (!cpu.model.empty()) counts += fmt::format(" \"{}\"", cpu.model);
            if (cpu.cores) counts += fmt::format(", {} cores", *cpu.cores);
            if (cpu.threads) counts += fmt::format(", {} PUs", *cpu.threads);
            line(1, counts);
        }
        auto trees = detail::device_trees(machine_);
        int logical = 0;
        for (const NumaNode& node : machine_.numa_nodes) {
            const std::string memory = node.memory_bytes ? " " + format_bytes(*node.memory_bytes) : "";
            const std::string cpus = node.cpus.empty() ? "" : fmt::format(" cpus {}", node.cpus);
            line(1, fmt::format("NUMANode L#{} (P#{}{}){}", logical++, node.id, memory, cpus));
            for (const detail::TreeNode& root : trees[node.id]) print_root(root, 2);
            trees.erase(node.id);
        }
        for (const auto& [numa, roots] : trees) {  // nodes of which devices alone tell, or none that is known
            if (numa >= 0) line(1, fmt::format("NUMANode (P#{})", numa));
            for (const detail::TreeNode& root : roots) print_root(root, numa >= 0 ? 2 : 1);
        }
        return std::move(text_);
    }

private:
    void line(int depth, const std::string& content) { text_ += fmt::format("{:{}}{}\n", "", 2 * depth, content); }

    void print_root(const detail::TreeNode& root, int depth) {
        const bool is_complex = root.address.starts_with("pci");
        if (is_complex) line(depth, "HostBridge " + root.address);
        for (const detail::TreeNode& child : root.children) print(child, depth + (is_complex ? 1 : 0));
    }

    void print(const detail::TreeNode& node, int depth) {
        const PciDevice* device = node.device;
        if (device && (device->kind == PciKind::bridge || device->kind == PciKind::pcie_switch)) {
            line(depth, fmt::format("PCIBridge {}{}", short_address(node.address), link_text(device->link)));
        } else if (!node.address.empty()) {
            const std::string kind = device ? class_name(*device) : !node.gpus.empty() ? "3D" : "network";
            const std::string link = device ? link_text(device->link) : "";
            line(depth, fmt::format("PCI {} ({}){}", short_address(node.address), kind, link));
        }
        const int below = node.address.empty() ? depth : depth + 1;
        for (const Gpu* gpu : node.gpus) line(below, gpu_text(*gpu));
        for (const Nic* nic : node.nics) line(below, fmt::format("Net \"{}\"", nic->name));
        for (const Hca* hca : node.hcas) line(below, hca_text(*hca));
        for (const detail::TreeNode& child : node.children) print(child, below);
    }

    static std::string link_text(const PciLink& link) {
        if (!link.speed_gts || !link.width) return "";
        return fmt::format(" {} GT/s x{}", *link.speed_gts, *link.width);
    }

    static std::string gpu_text(const Gpu& gpu) {
        std::string text = fmt::format("GPU(NVML) \"nvml{}\"", gpu.nvml_index);
        if (!gpu.name.empty()) text += " " + gpu.name;
        if (gpu.memory_bytes) text += fmt::format(" {}", format_bytes(*gpu.memory_bytes));
        if (const int links = active_nvlinks(gpu); links > 0) text += fmt::format(", {} NVLinks", links);
        return text;
    }

    static std::string hca_text(const Hca& hca) {
        std::string text = fmt::format("OpenFabrics \"{}\"", hca.name);
        for (const HcaPort& port : hca.ports) {
            text += fmt::format(", port {}", port.number);
            for (const std::string_view word : {to_text(port.link_layer), to_text(port.state)}) {
                if (!word.empty()) text += fmt::format(" {}", word);
            }
            if (port.rate_gbps) text += fmt::format(" {} Gb/s", *port.rate_gbps);
        }
        return text;
    }

    const Machine& machine_;
    std::string text_;
};

}  // namespace

std::string to_hwloc_text(const Machine& machine) { return Printer(machine).text(); }

}  // namespace r1cluster
