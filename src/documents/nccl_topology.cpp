// SPDX-License-Identifier: Apache-2.0
/// The XML of NCCL_TOPO_DUMP_FILE and NCCL_TOPO_FILE, version 1. What its elements mean is in NCCL's src/graph/xml.cc
/// (how it is made) and src/graph/topo.cc (how it is read), 2.12 to 2.30.
#include <fmt/format.h>

#include <map>
#include <set>

#include "base/text.hpp"
#include "documents/formats.hpp"
#include "documents/values.hpp"
#include "documents/xml_text.hpp"
#include "readings/hca_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr int max_nvlinks = 64;                   // of one GPU; NVLink 5 has 18
constexpr int unknown_socket_speed_mbps = 10000;  // what NCCL assumes where the kernel does not tell

/// NCCL's CPU is a NUMA node. Two devices below one <cpu> may have one root complex or two: NCCL does not know
/// either, and calls both PHB. So the parent of the topmost is "numa0", which no other source of facts writes.
struct NcclPlace {
    std::string parent;
    std::optional<int> numa_node;
};

class NcclTopology {
public:
    NcclTopology(std::string_view text, const std::string& source) : xml_(text, source, "system") {}

    Machine machine() {
        const auto version = xml_.number(xml_.root(), "version");
        if (version != 1) {
            throw xml_.refusal(xml_.root(), fmt::format("version \"{}\" of <system>; expected \"1\"",
                                                        xml_.root().attribute("version").value()));
        }
        for (const pugi::xml_node cpu : xml_.root().children("cpu")) read_cpu(cpu);
        // NVML orders GPUs by address, and so would NCCL's <gpu dev>.
        const bool is_overlay = gpu_devices_.size() < machine_.gpus.size();
        order_devices(machine_, is_overlay);
        add_gaps(is_overlay);
        return std::move(machine_);
    }

private:
    void read_cpu(pugi::xml_node cpu) {
        xml_.check_excess(cpu, machine_);
        const int numa = xml_.number(cpu, "numaid").value_or(-1);
        const auto affinity = XmlText::attribute(cpu, "affinity");
        NcclPlace place{"", numa >= 0 ? std::optional(numa) : std::nullopt};
        if (numa >= 0) {
            place.parent = fmt::format("numa{}", numa);
            if (!numa_nodes_.insert(numa).second)
                throw xml_.refusal(cpu, fmt::format("numaid \"{}\" occurs twice", numa));
            NumaNode& node = machine_.numa_nodes.emplace_back();
            node.id = numa;
            const auto cpus = cpu_list_of_mask(affinity.value_or("0"));
            if (!cpus) {
                throw xml_.refusal(
                    cpu, fmt::format("affinity \"{}\": expected a mask such as \"00000000,0000ffff\"", *affinity));
            }
            node.cpus = *cpus;
        }
        Cpu& facts = machine_.cpu;
        if (const auto arch = XmlText::attribute(cpu, "arch")) {
            facts.architecture = *arch == "arm64" ? "aarch64" : *arch == "ppc64" ? "ppc64le" : *arch;
        }
        facts.vendor = XmlText::attribute(cpu, "vendor").value_or(facts.vendor);
        if (const auto family = xml_.number(cpu, "familyid")) facts.family_id = family;
        if (const auto model = xml_.number(cpu, "modelid")) facts.model_id = model;
        for (const pugi::xml_node child : cpu.children()) {
            if (child.name() == std::string_view("pci")) read_pci(child, place);
            if (child.name() == std::string_view("nic")) read_nic(child, nullptr, place.numa_node);
        }
    }

    void read_pci(pugi::xml_node pci, const NcclPlace& place) {
        xml_.check_excess(pci, machine_);
        PciDevice device;
        const std::string busid = xml_.required(pci, "busid");
        const auto address = pci_address_of(busid);
        if (!address)
            throw xml_.refusal(pci, fmt::format("busid \"{}\": expected one such as \"0000:18:00.0\"", busid));
        if (!addresses_.insert(*address).second)
            throw xml_.refusal(pci, fmt::format("the device {} occurs twice", *address));
        device.address = *address;
        device.parent = place.parent;
        device.numa_node = place.numa_node;
        device.class_code = class_of(pci);
        device.vendor_id = id(pci, "vendor", 4);
        device.device_id = id(pci, "device", 4);
        device.subsystem_vendor_id = id(pci, "subsystem_vendor", 4);
        device.subsystem_device_id = id(pci, "subsystem_device", 4);
        const pugi::xml_node gpu = pci.child("gpu");
        device.kind = gpu ? PciKind::gpu : pci_kind_of(device.class_code, device.vendor_id);
        const bool is_leaf = device.kind == PciKind::gpu || device.kind == PciKind::network || pci.child("nic");
        const bool has_devices = !pci.child("pci").empty();
        // NCCL writes one element for the two ports of a switch that lie on the way, and takes whatever is neither GPU
        // nor NIC for one (kvDictPciClass and ncclTopoAddPci of topo.cc).
        if (device.kind == PciKind::bridge || (has_devices && !is_leaf)) device.kind = PciKind::pcie_switch;
        if (has_devices && is_leaf) {
            add_gap(machine_, "pci." + device.address + ".below", "devices below " + device.address,
                    "NCCL looks at none below a GPU or NIC");
        }
        read_link(pci, device.link);
        if (device.kind == PciKind::gpu) read_gpu(pci, gpu, device);
        for (const pugi::xml_node child : pci.children()) {
            if (child.name() == std::string_view("pci") && !is_leaf) read_pci(child, {device.address, place.numa_node});
            if (child.name() == std::string_view("nic")) read_nic(child, &device, place.numa_node);
        }
        machine_.pci_devices.push_back(std::move(device));
    }

    /// "0x030200", or "0x03" as NCCL writes where sysfs has nothing.
    std::string class_of(pugi::xml_node pci) const {
        const std::string code = lower_case(XmlText::attribute(pci, "class").value_or(""));
        const bool is_one = code.starts_with("0x") && code.size() % 2 == 0 && pci_number_of(code, 6);
        if (!code.empty() && !is_one) {
            throw xml_.refusal(pci, fmt::format("class \"{}\": expected one such as \"0x030200\"", code));
        }
        return code;
    }

    std::string id(pugi::xml_node pci, const char* name, std::size_t digits) const {
        const auto text = XmlText::attribute(pci, name);
        if (!text || text->empty()) return "";
        const auto number = pci_number_of(*text, digits);
        if (!number) {
            throw xml_.refusal(pci,
                               fmt::format("{}=\"{}\": expected at most {} hexadecimal digits", name, *text, digits));
        }
        return *number;
    }

    /// NCCL up to 2.29 writes the lesser of what device and port could do; both are "" or 0 where sysfs has nothing.
    void read_link(pugi::xml_node pci, PciLink& link) const {
        const std::string speed = XmlText::attribute(pci, "link_speed").value_or("");
        if (!speed.empty() && !speed.starts_with("Unknown")) {
            const std::size_t unit = speed.find(" GT/s");
            const auto gts = number_of<double>(std::string_view(speed).substr(0, unit));
            const std::string rest = unit == std::string::npos ? "" : speed.substr(unit);
            if (!gts || !(*gts >= 1 && *gts <= 1000) || (rest != " GT/s" && rest != " GT/s PCIe")) {
                throw xml_.refusal(pci,
                                   fmt::format("link_speed \"{}\": expected one such as \"32.0 GT/s PCIe\"", speed));
            }
            link.max_speed_gts = gts;
        }
        const auto width = XmlText::attribute(pci, "link_width") == "" ? std::nullopt : xml_.number(pci, "link_width");
        if (width && (*width < 0 || *width > 32)) {
            throw xml_.refusal(pci, fmt::format("link_width \"{}\": expected 0 to 32 lanes", *width));
        }
        if (width && *width > 0) link.max_width = width;
    }

    void read_gpu(pugi::xml_node pci, pugi::xml_node gpu, const PciDevice& device) {
        Gpu& facts = machine_.gpus.emplace_back();
        facts.pci_address = device.address;
        facts.numa_node = device.numa_node;
        facts.link = device.link;
        if (!gpu) return;
        if (gpu.next_sibling("gpu")) throw xml_.refusal(pci, fmt::format("two <gpu> at {}", device.address));
        if (const auto dev = xml_.number(gpu, "dev")) {
            if (*dev < 0) throw xml_.refusal(gpu, fmt::format("dev \"{}\": expected 0 or more", *dev));
            if (!gpu_devices_.insert(*dev).second)
                throw xml_.refusal(gpu, fmt::format("dev \"{}\" occurs twice", *dev));
            facts.nvml_index = *dev;
        }
        if (const auto sm = xml_.number(gpu, "sm")) {
            if (*sm < 10 || *sm > 999)
                throw xml_.refusal(gpu, fmt::format("sm \"{}\": expected one such as \"90\"", *sm));
            facts.compute_capability = fmt::format("{}.{}", *sm / 10, *sm % 10);
        }
        for (const pugi::xml_node link : gpu.children("nvlink")) read_nvlink(link, facts);
        has_c2c_ = has_c2c_ || gpu.child("c2c");
    }

    /// NCCL lists only links that are up, and counts them by what they lead to: their numbers are lost.
    void read_nvlink(pugi::xml_node element, Gpu& gpu) const {
        NvLink link;
        link.is_active = true;
        const std::string target = lower_case(xml_.required(element, "target"));
        const std::string tclass = XmlText::attribute(element, "tclass").value_or("");
        if (tclass.starts_with("0x03")) link.remote = NvLinkEnd::gpu;
        if (tclass == "0x068000") link.remote = NvLinkEnd::nvswitch;
        if (tclass == "0x068001") link.remote = NvLinkEnd::cpu;
        // A switch that a virtual machine does not show is "fffffff:ff:ff.0" or "fffffff:ffff:ff".
        const bool is_hidden = target.starts_with("fffffff:");
        const auto address = pci_address_of(target);
        if (!address && !is_hidden) {
            throw xml_.refusal(element, fmt::format("target \"{}\": expected a PCI address", target));
        }
        if (!is_hidden) link.remote_pci_address = *address;
        const auto count = xml_.number(element, "count");
        if (!count || *count < 1 || *count + static_cast<int>(gpu.nvlinks.size()) > max_nvlinks) {
            throw xml_.refusal(element, fmt::format("count of <nvlink>: expected 1 to {} for one GPU", max_nvlinks));
        }
        for (int i = 0; i < *count; ++i) {
            link.index = static_cast<int>(gpu.nvlinks.size());
            gpu.nvlinks.push_back(link);
        }
    }

    void read_nic(pugi::xml_node nic, const PciDevice* device, std::optional<int> numa_node) {
        for (const pugi::xml_node net : nic.children("net")) {
            xml_.check_excess(net, machine_);
            const std::string name = xml_.required(net, "name");
            if (!is_device_name(name)) {
                throw xml_.refusal(net, fmt::format("name \"{}\": expected printable ASCII without spaces", name));
            }
            if (name.find('+') != std::string::npos) {
                add_gap(machine_, "nic." + name, name, "a device that NCCL made of several; its members are not told");
            } else if (is_verbs_device(net, name, device)) {
                read_hca(net, name, device, numa_node);
            } else {
                read_network_interface(net, name, device, numa_node);
            }
        }
    }

    /// NCCL does not say which of its plugins a <net> is of. Ports of verbs devices count from 1; Socket says 0.
    bool is_verbs_device(pugi::xml_node net, const std::string& name, const PciDevice* device) const {
        if (device && device->class_code.starts_with("0x0207")) return true;
        if (xml_.number(net, "port").value_or(0) > 0) return true;
        for (const char* prefix : {"mlx4_", "mlx5_", "bnxt_re", "irdma", "rdmap", "hfi1_"}) {
            if (name.starts_with(prefix)) return true;
        }
        return false;
    }

    void read_hca(pugi::xml_node net, const std::string& name, const PciDevice* device, std::optional<int> numa_node) {
        const auto [place, is_new] = hcas_.emplace(name, machine_.hcas.size());
        if (is_new) {
            Hca& fresh = machine_.hcas.emplace_back();
            fresh.name = name;
            fresh.pci_address = device ? device->address : "";
            fresh.numa_node = numa_node;
        }
        Hca& hca = machine_.hcas[place->second];
        if (hca.ports.size() == max_hca_ports) {
            throw xml_.refusal(net, fmt::format("more than {} ports of \"{}\"", max_hca_ports, name));
        }
        HcaPort& port = hca.ports.emplace_back();
        port.number = std::max(1, xml_.number(net, "port").value_or(1));
        if (!ports_.insert({name, port.number}).second) {
            throw xml_.refusal(net, fmt::format("port {} of \"{}\" occurs twice", port.number, name));
        }
        if (device && device->class_code.starts_with("0x0207")) port.link_layer = LinkLayer::infiniband;
        // Amazon's EFA has the class of Ethernet, and is none.
        const bool is_efa = device && device->vendor_id == "0x1d0f";
        if (device && device->class_code.starts_with("0x0200") && !is_efa) port.link_layer = LinkLayer::ethernet;
        const int speed_mbps = xml_.number(net, "speed").value_or(0);
        if (speed_mbps > 0) port.rate_gbps = speed_mbps / 1000.0;
    }

    void read_network_interface(pugi::xml_node net, const std::string& name, const PciDevice* device,
                                std::optional<int> numa_node) {
        if (!interfaces_.insert(name).second) {
            throw xml_.refusal(net, fmt::format("the interface \"{}\" occurs twice", name));
        }
        Nic& nic = machine_.nics.emplace_back();
        nic.name = name;
        nic.pci_address = device ? device->address : "";
        nic.numa_node = numa_node;
        if (device) nic.kind = NicKind::physical;
        const int speed_mbps = xml_.number(net, "speed").value_or(0);
        if (speed_mbps > 0 && speed_mbps != unknown_socket_speed_mbps) nic.speed_mbps = speed_mbps;
        add_gap(machine_, "nic." + name + ".state", "interface " + name,
                "an NCCL topology does not say whether it is up");
        if (speed_mbps == unknown_socket_speed_mbps) {
            add_gap(machine_, "nic." + name + ".speed", "speed of " + name,
                    "10 Gb/s is also what NCCL assumes where the kernel does not tell");
        }
    }

    void add_gaps(bool is_overlay) {
        constexpr auto dump = "have NCCL write what it finds: NCCL_TOPO_DUMP_FILE";
        if (is_overlay) {
            add_gap(machine_, "gpus.index", "GPU indices",
                    "not every GPU has a <gpu> in it; they are numbered by PCI address", dump);
            add_gap(machine_, "gpus.nvlinks", "NVLinks",
                    "this NCCL topology is an overlay that NCCL completes from the system", dump);
        }
        const bool has_net = !machine_.hcas.empty() || !machine_.nics.empty();
        if (!has_net) add_gap(machine_, "nics", "network", "this NCCL topology names no network device", dump);
        if (machine_.gpus.empty()) add_gap(machine_, "gpus", "gpus", "this NCCL topology holds no GPU", dump);
        if (has_c2c_)
            add_gap(machine_, "gpus.c2c", "NVLink-C2C", "links between GPU and CPU have no place in the facts yet");
        add_gap(machine_, "gpus.state", "memory, names and state of GPUs", "an NCCL topology does not hold them",
                "nvidia-smi -q -x");
        add_gap(machine_, "pci.links", "current PCIe links",
                "an NCCL topology holds what links could do, not what they do", "lspci -vvv");
        add_gap(machine_, "system", "operating system, CPU and memory",
                "an NCCL topology holds no more than vendor and model of the CPU");
    }

    XmlText xml_;
    Machine machine_;
    std::set<int> numa_nodes_, gpu_devices_;
    std::set<std::string> addresses_, interfaces_;
    std::map<std::string, std::size_t> hcas_;  ///< name -> place in machine_
    std::set<std::pair<std::string, int>> ports_;
    bool has_c2c_ = false;
};

}  // namespace

Machine parse_nccl_topology(std::string_view text, const std::string& source) {
    return NcclTopology(text, source).machine();
}

}  // namespace r1cluster::detail
