// SPDX-License-Identifier: Apache-2.0
/// What NCCL 2.12 to 2.30 take as NCCL_TOPO_FILE. Its parser (src/graph/xml.cc) wants no XML declaration and no tabs,
/// and holds 256 elements. What it does not find it reads from the system, but for CPUs only below which it finds a GPU
/// or NIC of its own; what it finds, it believes. So `rank` and `gdr`, which depend on the job, are never written.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "base/html.hpp"
#include "base/text.hpp"
#include "documents/values.hpp"
#include "facts/derive/pci_tree.hpp"
#include "r1cluster/documents/documents.hpp"

namespace r1cluster {
namespace {

constexpr int max_elements = 250;  // NCCL_TOPO_XML_MAX_NODES is 256, and it adds some of its own

struct Element {
    std::string name;
    std::string attributes;
    std::vector<Element> children;

    Element& set(std::string_view key, std::string_view value) {
        if (!value.empty()) attributes += fmt::format(" {}=\"{}\"", key, detail::html_escaped(value));
        return *this;
    }
    /// The words of NCCL for a link that nobody knows.
    void complete_link() {
        for (const auto& [key, unknown] : {std::pair{" link_speed=", "\"\""}, std::pair{" link_width=", "\"0\""}}) {
            if (attributes.find(key) == std::string::npos) attributes += std::string(key) + unknown;
        }
    }
    int count() const {
        int sum = 1;
        for (const Element& child : children) sum += child.count();
        return sum;
    }
};

void print(const Element& element, int indent, std::string& out) {
    out += fmt::format("{:{}}<{}{}", "", indent, element.name, element.attributes);
    if (element.children.empty()) {
        out += "/>\n";
        return;
    }
    out += ">\n";
    for (const Element& child : element.children) print(child, indent + 2, out);
    out += fmt::format("{:{}}</{}>\n", "", indent, element.name);
}

/// As the kernel writes it since 5.7, which NCCL compares as text.
std::string speed_text(double gts) {
    return gts == std::floor(gts) ? fmt::format("{:.0f}.0 GT/s PCIe", gts) : fmt::format("{:.1f} GT/s PCIe", gts);
}

class Exporter {
public:
    Exporter(const Machine& machine, bool has_bare_controllers) : machine_(machine), tree_(machine) {
        for (const PciDevice& device : machine.pci_devices) devices_[device.address] = device;
        for (const Gpu& gpu : machine.gpus) {
            const Element& element = gpus_.emplace(gpu.pci_address, gpu_element(gpu)).first->second;
            knows_gpus_ = knows_gpus_ || !gpu.compute_capability.empty() || !element.children.empty();
            add_leaf(gpu.pci_address, PciKind::gpu, gpu.numa_node, gpu.link);
        }
        std::set<std::string> hca_addresses;
        for (const Hca& hca : machine.hcas) {
            hca_addresses.insert(hca.pci_address);
            if (detail::is_device_name(hca.name)) add_net(hca.pci_address, hca.numa_node, nets_of(hca));
        }
        for (const Nic& nic : machine.nics) {
            const bool is_real = nic.kind == NicKind::physical || nic.kind == NicKind::unknown;
            // Of an interface of an HCA, NCCL uses the verbs device.
            if (is_real && detail::is_device_name(nic.name) &&
                (nic.pci_address.empty() || !hca_addresses.contains(nic.pci_address))) {
                // For NCCL a virtio interface is no PCI device: it attaches such to a CPU.
                const PciDevice* device = find(nic.pci_address);
                const bool is_virtio = device && device->vendor_id == "0x1af4";
                add_net(is_virtio ? "" : nic.pci_address, nic.numa_node, {net_of(nic)});
            }
        }
        for (const PciDevice& device : machine.pci_devices) {
            const bool is_bare =
                device.kind == PciKind::network && has_bare_controllers && device.physical_function.empty();
            if (is_bare || (device.kind == PciKind::gpu && !device.address.empty())) place(device.address);
        }
        for (const NumaNode& node : machine.numa_nodes) {
            if (!machine.cpu.architecture.empty()) tops_[node.id];
        }
    }

    Element system() const {
        Element system{"system", " version=\"1\"", {}};
        std::set<int> cpus;
        for (const auto& [numa, addresses] : tops_) cpus.insert(numa);
        for (const auto& [numa, nets] : nets_of_cpu_) cpus.insert(numa);
        for (const int numa : cpus) system.children.push_back(cpu(numa));
        return system;
    }

private:
    /// Makes sure that there is a device at this address.
    void add_leaf(const std::string& address, PciKind kind, std::optional<int> numa_node, const PciLink& link) {
        if (address.empty()) return;
        PciDevice& device = devices_[address];
        if (device.address.empty()) device = {.address = address, .kind = kind, .numa_node = numa_node, .link = link};
        place(address);
    }

    void add_net(const std::string& address, std::optional<int> numa_node, std::vector<Element> nets) {
        std::vector<Element>& all = address.empty() ? nets_of_cpu_[numa_node.value_or(-1)] : nets_of_device_[address];
        all.insert(all.end(), nets.begin(), nets.end());
        add_leaf(address, PciKind::network, numa_node, {});
    }

    /// Ports that are known to be down are left out: NCCL uses none of them, and a rate in a file would stay.
    static std::vector<Element> nets_of(const Hca& hca) {
        std::vector<Element> nets;
        for (const HcaPort& port : hca.ports) {
            if (port.state != HcaPortState::unknown && port.state != HcaPortState::active) continue;
            Element& net = nets.emplace_back(Element{"net", "", {}}).set("name", hca.name);
            if (port.rate_gbps) net.set("speed", fmt::format("{:.0f}", *port.rate_gbps * 1000));
            net.set("port", std::to_string(port.number));
        }
        return nets;
    }

    static Element net_of(const Nic& nic) {
        Element net{"net", "", {}};
        net.set("name", nic.name);
        if (nic.speed_mbps) net.set("speed", std::to_string(*nic.speed_mbps));
        return net.set("port", "0");
    }

    const PciDevice* find(const std::string& address) const {
        const auto found = devices_.find(address);
        return found == devices_.end() ? nullptr : &found->second;
    }

    /// Hangs a device into the tree, with the switches above it as NCCL sees them.
    void place(const std::string& address) {
        if (!placed_.insert(address).second) return;
        const std::vector<const PciDevice*> switches = tree_.switches_above(address);
        if (!switches.empty()) {
            below_[switches.front()->address].insert(address);
            place(switches.front()->address);
        } else {
            tops_[find(address)->numa_node.value_or(-1)].insert(address);
        }
    }

    /// Of the port right above a device; nothing where that is a whole switch.
    PciLink link_above(const std::string& address) const {
        const std::vector<const PciDevice*> bridges = tree_.above(address);
        return bridges.empty() || bridges.front()->kind == PciKind::pcie_switch ? PciLink{} : bridges.front()->link;
    }

    Element cpu(int numa) const {
        Element cpu{"cpu", "", {}};
        cpu.set("numaid", std::to_string(numa));
        for (const NumaNode& node : machine_.numa_nodes) {
            if (node.id == numa && !node.cpus.empty()) {
                cpu.set("affinity", detail::mask_of_cpu_list(node.cpus).value_or(""));
            }
        }
        const Cpu& facts = machine_.cpu;
        const std::string& arch = facts.architecture;
        cpu.set("arch", arch == "aarch64" ? "arm64" : arch.starts_with("ppc64") ? "ppc64" : arch);
        cpu.set("vendor", facts.vendor);
        if (facts.family_id && facts.model_id) {  // NCCL reads neither from the system where it finds one
            cpu.set("familyid", std::to_string(*facts.family_id)).set("modelid", std::to_string(*facts.model_id));
        }
        if (const auto found = tops_.find(numa); found != tops_.end()) {
            for (const std::string& address : found->second) cpu.children.push_back(pci(address));
        }
        if (const auto found = nets_of_cpu_.find(numa); found != nets_of_cpu_.end() && !found->second.empty()) {
            cpu.children.push_back({"nic", "", found->second});
        }
        return cpu;
    }

    Element pci(const std::string& address) const {
        const PciDevice& device = *find(address);
        Element pci{"pci", "", {}};
        const bool is_bridge = device.kind == PciKind::bridge || device.kind == PciKind::pcie_switch;
        pci.set("busid", address).set("class", is_bridge && device.class_code.empty() ? "0x060400" : device.class_code);
        pci.set("vendor", device.vendor_id).set("device", device.device_id);
        pci.set("subsystem_vendor", device.subsystem_vendor_id).set("subsystem_device", device.subsystem_device_id);
        // A link does what the lesser of its ends can.
        const PciLink above = link_above(address);
        // The slowest PCIe has 2.5; of less, the one digit that is written might be none.
        const auto speed = least(device.link.max_speed_gts, above.max_speed_gts);
        if (speed && *speed >= 1) {
            pci.set("link_speed", speed_text(*speed));
        }
        if (const auto width = least(device.link.max_width, above.max_width)) {
            pci.set("link_width", std::to_string(*width));
        }
        // NCCL completes what it looks at: GPUs, and controllers with a <net>. Of the others it demands both.
        if (device.kind == PciKind::network && !nets_of_device_.contains(address)) pci.complete_link();
        if (const auto gpu = gpus_.find(address); gpu != gpus_.end()) {
            const bool is_evident = detail::pci_kind_of(device.class_code, device.vendor_id) == PciKind::gpu;
            // One with a number and others without would leave the numbers open.
            if (knows_gpus_)
                pci.children.push_back(gpu->second);
            else if (!is_evident)
                pci.children.push_back({"gpu", "", {}});
        }
        if (const auto nets = nets_of_device_.find(address); nets != nets_of_device_.end() && !nets->second.empty()) {
            pci.children.push_back({"nic", "", nets->second});
        }
        if (const auto below = below_.find(address); below != below_.end()) {
            for (const std::string& child : below->second) pci.children.push_back(this->pci(child));
        }
        return pci;
    }

    template <class Number>
    static std::optional<Number> least(std::optional<Number> a, std::optional<Number> b) {
        return a && b ? std::min(*a, *b) : a;
    }

    static Element gpu_element(const Gpu& gpu) {
        std::string sm = gpu.compute_capability;
        std::erase(sm, '.');
        Element element{"gpu", "", {}};
        element.set("dev", std::to_string(gpu.nvml_index)).set("sm", sm);
        std::vector<std::tuple<std::string, std::string, int>> groups;  // target, its class, links
        for (const NvLink& link : gpu.nvlinks) {
            if (!link.is_active) continue;
            const bool is_switch = link.remote == NvLinkEnd::nvswitch;
            const auto tclass = is_switch ? "0x068000" : link.remote == NvLinkEnd::gpu ? "0x030200" : "0x068001";
            const bool is_known = is_switch || link.remote == NvLinkEnd::cpu ||
                                  (link.remote == NvLinkEnd::gpu && !link.remote_pci_address.empty());
            if (!is_known) groups.clear();
            if (!is_known) break;  // NCCL looks for links only where it finds none
            // The words with which NVML hides a switch from a virtual machine.
            const std::string target = link.remote_pci_address.empty() ? "fffffff:ff:ff.0" : link.remote_pci_address;
            const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
                return std::get<0>(group) == target && std::get<1>(group) == tclass;
            });
            if (same == groups.end())
                groups.emplace_back(target, tclass, 1);
            else
                ++std::get<2>(*same);
        }
        for (const auto& [target, tclass, count] : groups) {
            Element& nvlink = element.children.emplace_back(Element{"nvlink", "", {}});
            nvlink.set("target", target).set("count", std::to_string(count)).set("tclass", tclass);
        }
        return element;
    }

    const Machine& machine_;
    const detail::PciTree tree_;
    std::map<std::string, PciDevice> devices_;
    std::map<std::string, Element> gpus_;                         ///< PCI address -> <gpu>
    bool knows_gpus_ = false;                                     ///< more of one than that it is there
    std::map<std::string, std::set<std::string>> below_;          ///< bridge -> what NCCL sees below it
    std::map<int, std::set<std::string>> tops_;                   ///< NUMA node -> topmost devices
    std::map<std::string, std::vector<Element>> nets_of_device_;  ///< PCI address -> <net>
    std::map<int, std::vector<Element>> nets_of_cpu_;             ///< NUMA node -> <net> without a PCI device
    std::set<std::string> placed_;
};

}  // namespace

std::string to_nccl_topology(const Machine& machine) {
    Element system = Exporter(machine, true).system();
    if (system.count() > max_elements) system = Exporter(machine, false).system();
    std::string text;
    print(system, 0, text);
    return text;
}

}  // namespace r1cluster
