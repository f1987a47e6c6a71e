// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "facts/derive/derive.hpp"
#include "facts/derive/pci_tree.hpp"
#include "facts/enum_words.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_end_points = 256;

/// A device that paths lead to.
struct EndPoint {
    std::string name;
    std::string pci_address;
    const Gpu* gpu = nullptr;
};

std::vector<EndPoint> end_points(const Machine& machine) {
    std::vector<EndPoint> points;
    std::set<std::string> with_hca;
    for (const Gpu& gpu : machine.gpus) points.push_back({device_name(gpu), gpu.pci_address, &gpu});
    for (const Hca& hca : machine.hcas) {
        points.push_back({hca.name, hca.pci_address});
        with_hca.insert(hca.pci_address);
    }
    for (const PciDevice& device : machine.pci_devices) {
        if (device.kind == PciKind::network && !with_hca.contains(device.address)) {
            points.push_back({device.address, device.address});
        }
    }
    if (points.size() > max_end_points) points.resize(max_end_points);
    return points;
}

/// Broadcom PEX switches of generation 4 and 5 show two levels although they pass full bandwidth between all ports:
/// NCCL joins a sub-switch with the one above it (getBcmGen in topo.cc). 0: another device.
int broadcom_generation(const PciDevice& device, int level) {
    if (device.vendor_id != "0x1000" || device.subsystem_vendor_id != "0x1000") return 0;
    const std::string& sub = device.subsystem_device_id;
    if (device.device_id == "0xc010" && sub.starts_with("0xa")) return 4;
    if (device.device_id == "0xc030" && sub.starts_with(level == 0 ? "0x0" : "0x1")) return 5;
    return 0;
}

std::vector<const PciDevice*> switches_of(const PciTree& tree, const std::string& address) {
    std::vector<const PciDevice*> switches = tree.switches_above(address);
    for (std::size_t i = 0; i + 1 < switches.size(); ++i) {
        const int generation = broadcom_generation(*switches[i], 1);
        if (generation != 0 && broadcom_generation(*switches[i + 1], 0) == generation) {
            switches.erase(switches.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    return switches;
}

template <class T>
std::optional<std::pair<std::size_t, std::size_t>> first_common(const std::vector<T>& a, const std::vector<T>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto found = std::find(b.begin(), b.end(), a[i]);
        if (found != b.end()) return std::pair{i, static_cast<std::size_t>(found - b.begin())};
    }
    return std::nullopt;
}

double link_gbytes_per_s(const PciDevice& device, const Knowledge& knowledge) {
    return knowledge.nccl_pcie_gbytes_per_s(
        device.link.max_speed_gts ? device.link.max_speed_gts : device.link.speed_gts,
        device.link.max_width ? device.link.max_width : device.link.width);
}

/// What one end point has above it, found once for all its pairs.
struct Place {
    const PciDevice* device = nullptr;
    std::vector<const PciDevice*> bridges;
    std::vector<const PciDevice*> switches;
    std::string root;
    std::optional<int> numa_node;
    /// In NCCL's model: from the device up to and including the link above switches[i - 1]; [0] is its own link.
    std::vector<double> bandwidth;
};

Place place_of(const PciTree& tree, const EndPoint& point, const Knowledge& knowledge) {
    Place place;
    place.device = tree.find(point.pci_address);
    if (!place.device) return place;
    place.bridges = tree.above(point.pci_address);
    place.switches = switches_of(tree, point.pci_address);
    place.root = tree.root_of(point.pci_address);
    if (!place.root.starts_with("pci")) place.root.clear();  // NCCL knows no root complexes
    place.numa_node = tree.numa_node(point.pci_address);
    place.bandwidth.push_back(link_gbytes_per_s(*place.device, knowledge));
    for (const PciDevice* above : place.switches) {
        place.bandwidth.push_back(std::min(place.bandwidth.back(), link_gbytes_per_s(*above, knowledge)));
    }
    return place;
}

/// The way over PCIe alone, in both languages.
void find_pci_path(const Machine& machine, const Place& a, const Place& b, const Knowledge& knowledge,
                   DevicePath& path) {
    if (!a.device || !b.device) return;
    if (const auto common = first_common(a.switches, b.switches)) {
        path.nccl_path = common->first == 0 && common->second == 0 ? NcclPath::pix : NcclPath::pxb;
        path.nccl_bandwidth_gbytes_per_s = std::min(a.bandwidth[common->first], b.bandwidth[common->second]);
    } else {
        // NCCL's CPU is a NUMA node; all devices without one share a CPU of number -1.
        const bool is_same = a.numa_node == b.numa_node;
        path.nccl_path = is_same ? NcclPath::phb : NcclPath::sys;
        double bandwidth = std::min(a.bandwidth.back(), b.bandwidth.back());
        if (!is_same) {
            bandwidth = std::min(bandwidth, knowledge.nccl_between_cpus_gbytes_per_s(machine.cpu.vendor,
                                                                                     machine.cpu.family_id.value_or(0),
                                                                                     machine.cpu.model_id.value_or(0)));
        }
        path.nccl_bandwidth_gbytes_per_s = bandwidth;
    }
    if (const auto common = first_common(a.bridges, b.bridges)) {
        // Next to each other, or behind two ports of one switch.
        path.path = common->first <= 1 && common->second <= 1 ? "PIX" : "PXB";
        path.because = "common bridge " + a.bridges[common->first]->address;
    } else if (!a.root.empty() && a.root == b.root) {
        path.path = "PHB";
        path.because = "common root complex " + a.root;
    } else if (a.numa_node && b.numa_node) {
        if (*a.numa_node != *b.numa_node) {
            path.path = "SYS";
            path.because = fmt::format("NUMA nodes {} and {}", *a.numa_node, *b.numa_node);
        } else if (!a.root.empty() && !b.root.empty()) {
            path.path = "NODE";
            path.because = fmt::format("NUMA node {}, root complexes {} and {}", *a.numa_node, a.root, b.root);
        } else {
            path.because = fmt::format("NUMA node {}; whether by one host bridge or two is not known", *a.numa_node);
        }
    } else {
        path.because = "the NUMA node of one of them is not known";
    }
}

/// How many NVLinks join two GPUs: straight, or each to the switches. NVML hides the far end in virtual machines; links
/// that all lead to nobody known lead to switches, as NCCL takes it.
int nvlinks_between(const Gpu& a, const Gpu& b) {
    int direct = 0, a_switched = 0, b_switched = 0;
    const auto is_switched = [](const NvLink& link) {
        return link.remote == NvLinkEnd::nvswitch ||
               (link.remote == NvLinkEnd::unknown && link.remote_pci_address.empty());
    };
    for (const NvLink& link : a.nvlinks) {
        if (!link.is_active) continue;
        if (!link.remote_pci_address.empty() && link.remote_pci_address == b.pci_address) ++direct;
        if (is_switched(link)) ++a_switched;
    }
    for (const NvLink& link : b.nvlinks) {
        if (link.is_active && is_switched(link)) ++b_switched;
    }
    return direct > 0 ? direct : std::min(a_switched, b_switched);
}

/// A third GPU with direct NVLinks to both.
const Gpu* gpu_between(const Machine& machine, const Gpu& a, const Gpu& b) {
    for (const Gpu& other : machine.gpus) {
        if (&other != &a && &other != &b && nvlinks_between(a, other) > 0 && nvlinks_between(other, b) > 0) {
            return &other;
        }
    }
    return nullptr;
}

const GpuPeer* peer_of(const Gpu& a, const Gpu& b) {
    for (const GpuPeer& peer : a.peers) {
        if (peer.gpu == b.nvml_index) return &peer;
    }
    return nullptr;
}

bool is_refused(PeerAccess access) { return access != PeerAccess::unknown && access != PeerAccess::ok; }

void find_gpu_path(const Machine& machine, const Gpu& a, const Gpu& b, const Knowledge& knowledge, DevicePath& path) {
    const GpuPeer* peer = peer_of(a, b);
    if (peer && !peer->ancestor.empty()) {
        path.path = peer->ancestor;
        path.because = "NVML: common ancestor " + peer->ancestor;
    }
    const bool has_no_links = peer && is_refused(peer->nvlink);
    const int links = has_no_links ? 0 : nvlinks_between(a, b);
    if (links > 0) {
        const auto by_link = knowledge.nccl_nvlink_gbytes_per_s(a.compute_capability);
        path.path = fmt::format("NV{}", links);
        path.nccl_path = NcclPath::nvl;
        path.nccl_bandwidth_gbytes_per_s = links * by_link;
        path.because = fmt::format("{} NVLink{} up", links, links == 1 ? "" : "s");
    } else if (const Gpu* between = has_no_links ? nullptr : gpu_between(machine, a, b)) {
        path.nccl_path = NcclPath::nvb;
        path.nccl_bandwidth_gbytes_per_s = std::min(nvlinks_between(a, *between), nvlinks_between(*between, b)) *
                                           knowledge.nccl_nvlink_gbytes_per_s(a.compute_capability);
        path.because += fmt::format("; NVLinks by {}", device_name(*between));
    }
    if (peer && (is_refused(peer->read) || is_refused(peer->write))) {
        path.because +=
            fmt::format("; peer to peer is refused: {}", to_text(is_refused(peer->read) ? peer->read : peer->write));
    }
}

}  // namespace

void derive_device_paths(Machine& machine, const Knowledge& knowledge) {
    const PciTree tree(machine);
    const std::vector<EndPoint> points = end_points(machine);
    std::vector<Place> places;
    for (const EndPoint& point : points) places.push_back(place_of(tree, point, knowledge));
    // A document may have said some paths in words of its own; they stay where we know less.
    std::vector<DevicePath> said = std::move(machine.device_paths);
    machine.device_paths.clear();
    std::map<std::pair<std::string, std::string>, const DevicePath*> said_of;
    for (const DevicePath& path : said) said_of.emplace(std::pair{path.from, path.to}, &path);
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            DevicePath path{points[i].name, points[j].name};
            find_pci_path(machine, places[i], places[j], knowledge, path);
            if (points[i].gpu && points[j].gpu) find_gpu_path(machine, *points[i].gpu, *points[j].gpu, knowledge, path);
            if (const auto found = said_of.find({path.from, path.to}); found != said_of.end() && path.path.empty()) {
                path.path = found->second->path;
                path.because = found->second->because;
                if (path.nccl_path == NcclPath::unknown) path.nccl_path = nccl_path_of(path.path);
            }
            machine.device_paths.push_back(std::move(path));
        }
    }
}

}  // namespace r1cluster::detail
