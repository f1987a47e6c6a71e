// SPDX-License-Identifier: Apache-2.0
/// The XML of `lstopo --of xml`, hwloc 2. Its objects and info attributes are described in hwloc's documentation
/// ("Object attributes", "I/O devices"); enumerations that the XML holds as numbers are those of hwloc.h.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "documents/formats.hpp"
#include "documents/hwloc_object.hpp"
#include "documents/values.hpp"
#include "documents/xml_text.hpp"

namespace r1cluster::detail {
namespace {

/// What an object has from those around it.
struct HwlocPlace {
    std::string parent;            ///< bridge or root complex
    std::string address;           ///< of the PCI device that it belongs to
    std::optional<int> numa_node;  ///< where the objects around it have exactly one
    std::string local_cpus;
};

class Hwloc {
public:
    Hwloc(std::string_view text, const std::string& source) : xml_(text, source, "topology") {}

    Machine machine() {
        const std::string version = XmlText::attribute(xml_.root(), "version").value_or("");
        if (!version.starts_with("2.")) {
            throw xml_.refusal(xml_.root(),
                               fmt::format("version \"{}\" of <topology>; expected one of hwloc 2 (\"2.0\")", version));
        }
        read_children(xml_.root(), {});
        read_distances();
        keep_bridges_above();
        const bool has_indices = nvml_indices_.size() == machine_.gpus.size();
        order_devices(machine_, !has_indices);
        for (const Gpu& gpu : machine_.gpus) note_memory(gpu);
        add_gaps(has_indices);
        return std::move(machine_);
    }

private:
    void read_children(pugi::xml_node parent, const HwlocPlace& place) {
        for (const pugi::xml_node object : parent.children("object")) read_object(object, place);
    }

    void read_object(pugi::xml_node object, HwlocPlace place) {
        xml_.check_excess(object, machine_);
        const std::string type = XmlText::attribute(object, "type").value_or("");
        if (const auto nodeset = XmlText::attribute(object, "nodeset")) {
            const auto nodes = number_of<int>(list(object, "nodeset", *nodeset));
            place.numa_node = nodes;  // "0-1" is no number: more than one
        }
        if (const auto cpuset = XmlText::attribute(object, "cpuset"))
            place.local_cpus = list(object, "cpuset", *cpuset);
        if (type == "Machine") read_machine(object);
        if (type == "Package") read_package(object);
        if (type == "Core") machine_.cpu.cores = machine_.cpu.cores.value_or(0) + 1;
        if (type == "PU") machine_.cpu.threads = machine_.cpu.threads.value_or(0) + 1;
        if (type == "NUMANode") read_numa_node(object, place);
        if (type == "Bridge") read_bridge(object, place);
        if (type == "PCIDev") read_pci(object, place, std::nullopt);
        if (type == "OSDev") read_os_device(object, place);
        read_children(object, place);
    }

    std::string list(pugi::xml_node object, const char* name, const std::string& mask) const {
        if (mask.starts_with("0xf...f")) return "";  // hwloc's word for a set without end
        const auto list = cpu_list_of_mask(mask);
        if (!list)
            throw xml_.refusal(object, fmt::format("{} \"{}\": expected a mask such as \"0x0000ffff\"", name, mask));
        return *list;
    }

    void read_machine(pugi::xml_node object) {
        machine_.hostname = hwloc_info(object, "HostName");
        machine_.kernel = hwloc_info(object, "OSRelease");
        machine_.cpu.architecture = hwloc_info(object, "Architecture");
    }

    void read_package(pugi::xml_node object) {
        Cpu& cpu = machine_.cpu;
        cpu.sockets = cpu.sockets.value_or(0) + 1;
        if (*cpu.sockets > 1) return;
        cpu.model = hwloc_info(object, "CPUModel");
        cpu.vendor = hwloc_info(object, "CPUVendor");
        cpu.family_id = number_of<int>(hwloc_info(object, "CPUFamilyNumber"));
        cpu.model_id = number_of<int>(hwloc_info(object, "CPUModelNumber"));
    }

    void read_numa_node(pugi::xml_node object, const HwlocPlace& place) {
        const auto id = xml_.number(object, "os_index");
        if (!id || *id < 0) throw xml_.refusal(object, "os_index of a NUMANode: expected 0 or more");
        if (!numa_nodes_.insert(*id).second) throw xml_.refusal(object, fmt::format("NUMANode {} occurs twice", *id));
        NumaNode& node = machine_.numa_nodes.emplace_back();
        node.id = *id;
        node.cpus = place.local_cpus;
        const auto memory = XmlText::attribute(object, "local_memory");
        if (!memory) return;
        const auto bytes = number_of<std::uint64_t>(*memory);
        const std::uint64_t sum = machine_.memory_bytes.value_or(0) + bytes.value_or(0);
        if (!bytes || sum < *bytes)
            throw xml_.refusal(object, fmt::format("local_memory \"{}\": expected a number of bytes", *memory));
        node.memory_bytes = *bytes;
        machine_.memory_bytes = sum;
    }

    /// "0-1" leads from the CPU to a PCI domain and stands for a root complex; "1-1" is a PCI bridge.
    void read_bridge(pugi::xml_node object, HwlocPlace& place) {
        const std::string type = XmlText::attribute(object, "bridge_type").value_or("");
        if (type == "1-1") {
            read_pci(object, place, PciKind::bridge);
            place.parent = std::exchange(place.address, "");
            return;
        }
        const std::string buses = XmlText::attribute(object, "bridge_pci").value_or("");  // "0000:[44-54]"
        const std::size_t bracket = buses.find(":[");
        const auto first =
            bracket == std::string::npos
                ? std::nullopt
                : pci_address_of(buses.substr(0, bracket) + ":" + buses.substr(bracket + 2, 2) + ":00.0");
        if (type != "0-1" || !first) {
            throw xml_.refusal(
                object, "a Bridge: expected bridge_type \"1-1\", or \"0-1\" with bridge_pci such as \"0000:[44-54]\"");
        }
        place.parent = "pci" + first->substr(0, first->size() - 5);
    }

    void read_pci(pugi::xml_node object, HwlocPlace& place, std::optional<PciKind> kind) {
        const std::string busid = xml_.required(object, "pci_busid");
        const auto address = pci_address_of(busid);
        if (!address)
            throw xml_.refusal(object, fmt::format("pci_busid \"{}\": expected one such as \"0000:18:00.0\"", busid));
        if (!addresses_.insert(*address).second)
            throw xml_.refusal(object, fmt::format("the device {} occurs twice", *address));
        PciDevice device;
        device.address = place.address = *address;
        device.parent = place.parent;
        device.numa_node = place.numa_node;
        device.local_cpus = place.local_cpus;
        const std::string type = xml_.required(object, "pci_type");
        if (!read_hwloc_type(type, device)) {
            throw xml_.refusal(
                object, fmt::format("pci_type \"{}\": expected one such as \"0302 [10de:2330] [10de:16c1] a1\"", type));
        }
        device.kind = kind.value_or(pci_kind_of(device.class_code, device.vendor_id));
        device.name = hwloc_info(object, "PCIDevice");
        if (device.kind == PciKind::gpu) {
            Gpu& gpu = machine_.gpus.emplace_back();
            gpu.pci_address = *address;
            gpu.numa_node = device.numa_node;
        }
        if (device.kind != PciKind::other) machine_.pci_devices.push_back(std::move(device));
    }

    void read_os_device(pugi::xml_node object, const HwlocPlace& place) {
        const std::string type = XmlText::attribute(object, "osdev_type").value_or("");
        if (type == "2") read_network_interface(object, xml_.required(object, "name"), place);
        if (type == "3") read_hca(object, xml_.required(object, "name"), place);
        if (type == "1" || type == "5") read_gpu(object, xml_.required(object, "name"), place);
    }

    void read_network_interface(pugi::xml_node object, const std::string& name, const HwlocPlace& place) {
        if (!interface_names_.insert(name).second)
            throw xml_.refusal(object, fmt::format("the interface \"{}\" occurs twice", name));
        Nic& nic = machine_.nics.emplace_back();
        nic.name = name;
        nic.pci_address = place.address;
        if (!place.address.empty()) nic.kind = NicKind::physical;
        nic.mac = hwloc_info(object, "Address");
        nic.numa_node = place.numa_node;
    }

    void read_hca(pugi::xml_node object, const std::string& name, const HwlocPlace& place) {
        if (!hca_names_.insert(name).second)
            throw xml_.refusal(object, fmt::format("the HCA \"{}\" occurs twice", name));
        Hca& hca = machine_.hcas.emplace_back();
        hca.name = name;
        hca.pci_address = place.address;
        hca.numa_node = place.numa_node;
        hca.node_guid = hwloc_info(object, "NodeGUID");
        hca.system_image_guid = hwloc_info(object, "SysImageGUID");
        hca.ports = hwloc_ports(object);
    }

    /// "nvml0", "cuda0" and "opencl0d0" are views of the same device.
    void read_gpu(pugi::xml_node object, const std::string& name, const HwlocPlace& place) {
        if (machine_.gpus.empty() || machine_.gpus.back().pci_address != place.address) return;
        Gpu& gpu = machine_.gpus.back();
        const auto take = [&](std::string& field, const char* key) {
            if (field.empty()) field = hwloc_info(object, key);
        };
        take(gpu.name, "GPUModel");
        take(gpu.uuid, "NVIDIAUUID");
        take(gpu.serial, "NVIDIASerial");
        for (const char* key : {"CUDAGlobalMemorySize", "OpenCLGlobalMemorySize"}) {
            const auto kib = number_of<std::uint64_t>(hwloc_info(object, key));
            if (!gpu.memory_bytes && kib && *kib < (1ULL << 44)) gpu.memory_bytes = *kib * 1024;
        }
        const auto index = name.starts_with("nvml") ? number_of<int>(std::string_view(name).substr(4)) : std::nullopt;
        const bool is_new =
            index && *index >= 0 && !nvml_addresses_.contains(gpu.pci_address) && nvml_indices_.insert(*index).second;
        if (!is_new) return;
        nvml_addresses_.insert(gpu.pci_address);
        gpu.nvml_index = *index;
    }

    /// Of the matrices only that between NUMA nodes has a place in the facts.
    void read_distances() {
        std::vector<NumaNode>& nodes = machine_.numa_nodes;
        std::sort(nodes.begin(), nodes.end(), [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
        for (const pugi::xml_node matrix : xml_.root().children("distances2")) {
            if (matrix.attribute("name").value() != std::string_view("NUMALatency")) continue;
            const auto ids = hwloc_numbers(xml_, matrix, "indexes", nodes.size());
            const auto values = hwloc_numbers(xml_, matrix, "u64values", nodes.size() * nodes.size());
            if (matrix.attribute("indexing").value() != std::string_view("os") || ids.size() != nodes.size() ||
                values.size() != ids.size() * ids.size()) {
                throw xml_.refusal(matrix, "NUMALatency: expected a square matrix of NUMA nodes with indexing \"os\"");
            }
            std::vector<std::size_t> places;  // of each node in the matrix
            for (const NumaNode& node : nodes) {
                const auto found = std::find(ids.begin(), ids.end(), node.id);
                if (found != ids.end()) places.push_back(static_cast<std::size_t>(found - ids.begin()));
            }
            if (places.size() != nodes.size()) continue;
            for (std::size_t from = 0; from < nodes.size(); ++from) {
                nodes[from].distances.clear();
                for (const std::size_t to : places) {
                    nodes[from].distances.push_back(values[places[from] * ids.size() + to]);
                }
            }
        }
    }

    void keep_bridges_above() {
        std::set<std::string> parents;
        std::vector<PciDevice>& devices = machine_.pci_devices;
        for (auto device = devices.rbegin(); device != devices.rend(); ++device) {  // those below come after
            if (device->kind != PciKind::bridge || parents.contains(device->address)) parents.insert(device->parent);
        }
        std::erase_if(devices, [&](const PciDevice& device) {
            return device.kind == PciKind::bridge && !parents.contains(device.address);
        });
    }

    void note_memory(const Gpu& gpu) {
        const std::string key = fmt::format("gpu.{}.memory", gpu.nvml_index);
        const std::string subject = fmt::format("memory of GPU {}", gpu.nvml_index);
        if (!gpu.memory_bytes) {
            add_gap(machine_, key, subject, "hwloc was built without CUDA and OpenCL, or they saw no such GPU",
                    "nvidia-smi -q -x");
        } else {
            add_gap(machine_, key, subject, "hwloc says what a program may use, which is a little less than all",
                    "nvidia-smi -q -x");
        }
    }

    void add_gaps(bool has_indices) {
        if (!has_indices)
            add_gap(machine_, "gpus.index", "GPU indices",
                    "this hwloc did not see NVML; GPUs are numbered by PCI address", "nvidia-smi -q -x");
        if (machine_.gpus.empty())
            add_gap(machine_, "gpus", "gpus", "this hwloc topology holds no NVIDIA GPU", "lstopo --of xml --whole-io");
        if (!machine_.cpu.cores)
            add_gap(machine_, "cpu.count", "CPU cores", "they were filtered out of this hwloc topology",
                    "lstopo --of xml");
        add_gap(machine_, "pci.links", "PCIe links", "hwloc tells the product of speed and width only", "lspci -vvv");
        add_gap(machine_, "gpus.nvlinks", "NVLinks", "hwloc tells bandwidth between GPUs at most, not links",
                "nvidia-smi topo -m");
        add_gap(machine_, "nics.state", "links of network interfaces", "hwloc does not say whether they are up");
        add_gap(machine_, "gpus.state", "operating system and state of GPUs", "an hwloc topology does not hold them",
                "nvidia-smi -q -x");
    }

    XmlText xml_;
    Machine machine_;
    std::set<std::string> addresses_, interface_names_, hca_names_;
    std::set<int> nvml_indices_, numa_nodes_;
    std::set<std::string> nvml_addresses_;  ///< of GPUs that have one
};

}  // namespace

Machine parse_hwloc(std::string_view text, const std::string& source) { return Hwloc(text, source).machine(); }

}  // namespace r1cluster::detail
