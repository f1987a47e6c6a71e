// SPDX-License-Identifier: Apache-2.0
// GPUs, HCAs and the PCI tree of show(). What is the same for all of a kind is said once, in the head line.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "facts/device_words.hpp"
#include "r1cluster/base/units.hpp"
#include "views/branches.hpp"
#include "views/judgement.hpp"
#include "views/nvlinks.hpp"
#include "views/pci_groups.hpp"
#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

template <class Device>
using Property = std::function<std::string(const Device&)>;

/// Says each property once in `common` where all devices share it, or more than half of four and all say something:
/// then the ones that differ say theirs in `lines`, and stand out. Else each says its own.
template <class Device>
void say(const std::vector<Device>& devices, const std::vector<Property<Device>>& properties,
         std::vector<std::string>& common, std::vector<std::string>& lines) {
    bool do_some_differ = false;
    for (const Property<Device>& property : properties) {
        std::vector<std::string> texts;
        for (const Device& device : devices) texts.push_back(property(device));
        std::map<std::string, std::size_t> counts;
        for (const std::string& text : texts) ++counts[text];
        const auto most = std::max_element(counts.begin(), counts.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        const bool are_most = devices.size() >= 4 && 2 * most->second > devices.size() && !counts.count("");
        const bool is_common = counts.size() == 1 || are_most;
        do_some_differ = do_some_differ || (is_common && counts.size() > 1);
        if (is_common && !most->first.empty()) common.push_back(most->first);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (!texts[i].empty() && !(is_common && texts[i] == most->first)) lines[i] += ", " + texts[i];
        }
    }
    if (do_some_differ) common.push_back("unless a line says otherwise");
}

std::string on_off(const std::optional<bool>& is_on, std::string_view what) {
    return is_on ? fmt::format("{} {}", what, *is_on ? "on" : "off") : "";
}

std::string ecc_text(const Gpu& gpu) {
    std::string text = on_off(gpu.is_ecc_enabled, "ECC");
    if (gpu.is_ecc_pending && gpu.is_ecc_pending != gpu.is_ecc_enabled) {
        text += fmt::format(" (ECC {} after a reset)", *gpu.is_ecc_pending ? "on" : "off");
    }
    if (gpu.ecc_uncorrected.value_or(0) > 0)
        text += fmt::format(", {} uncorrected memory errors", *gpu.ecc_uncorrected);
    if (gpu.is_remap_pending.value_or(false)) text += ", rows to be remapped at the next reset";
    if (gpu.has_remap_failed.value_or(false)) text += ", remapping of rows FAILED";
    return text;
}

std::string mig_text(const Gpu& gpu) {
    std::string text = on_off(gpu.is_mig_enabled, "MIG");
    if (!gpu.mig_devices.empty()) text += fmt::format(" with {}", plural(gpu.mig_devices.size(), "instance"));
    if (gpu.is_mig_pending && gpu.is_mig_pending != gpu.is_mig_enabled) {
        text += fmt::format(" (MIG {} after a reset)", *gpu.is_mig_pending ? "on" : "off");
    }
    return text;
}

std::string fabric_text(const Gpu& gpu) {
    if (!gpu.fabric || gpu.fabric->state == FabricState::unknown || gpu.fabric->state == FabricState::not_supported)
        return "";
    std::string text = "NVLink fabric " + std::string(to_text(gpu.fabric->state));
    if (gpu.fabric->state == FabricState::completed && !gpu.fabric->status.empty()) text += ": " + gpu.fabric->status;
    if (!gpu.fabric->cluster_uuid.empty()) text += fmt::format(", part of cluster {}", gpu.fabric->cluster_uuid);
    if (gpu.fabric->clique_id && !gpu.fabric->cluster_uuid.empty())
        text += fmt::format(" clique {}", *gpu.fabric->clique_id);
    for (const std::string& word : gpu.fabric->unhealthy) text += ", " + word;
    return text;
}

std::string use_text(const Gpu& gpu) {
    std::vector<std::string> parts;
    if (!gpu.processes.empty()) parts.push_back("used by " + plural(gpu.processes.size(), "process", "processes"));
    if (gpu.memory_free_bytes) parts.push_back(short_bytes(*gpu.memory_free_bytes) + " free");
    for (const std::string& reason : gpu.throttle_reasons) {
        if (reason != "idle") parts.push_back("clocks held down: " + reason);
    }
    return joined(parts);
}

std::string power_text(const Gpu& gpu) {
    if (!gpu.power_limit_w) return "";
    const std::string text = fmt::format("power limit {:g} W", *gpu.power_limit_w);
    if (!gpu.power_limit_default_w || *gpu.power_limit_default_w == *gpu.power_limit_w) return text;
    return text + fmt::format(" (default {:g} W)", *gpu.power_limit_default_w);
}

std::string gpudirect_text(const Gpu& gpu) {
    if (gpu.hcas.empty()) return "";
    const std::optional<bool> uses = gpu.hcas.front().uses_gpudirect;
    return uses ? (*uses ? "GPUDirect RDMA to the nearest HCA" : "no GPUDirect RDMA to the nearest HCA")
                : "GPUDirect RDMA to the nearest HCA not known";
}

/// The HCAs that are as near as the nearest: two may share a switch with the GPU.
std::string nearest_text(const Gpu& gpu) {
    std::vector<std::string> names;
    for (const NearHca& near : gpu.hcas) {
        if (near.path.empty() || near.path != gpu.hcas.front().path) break;
        names.push_back(near.hca);
    }
    if (names.empty()) return "";
    const std::size_t count = names.size();
    if (count > 4) names = {names.front(), fmt::format("{} more", count - 1)};
    return fmt::format("near {} ({})", joined(names), gpu.hcas.front().path);
}

/// "gpu0 (PIX)" for the GPUs that have this HCA nearest.
std::string nearest_gpus(const Machine& machine, const Hca& hca) {
    std::vector<std::string> names;
    for (const Gpu& gpu : machine.gpus) {
        for (const NearHca& near : gpu.hcas) {
            if (near.path.empty() || near.path != gpu.hcas.front().path) break;
            if (near.hca == device_name(hca))
                names.push_back(fmt::format("{} ({})", r1cluster::device_name(gpu), near.path));
        }
    }
    return names.empty() || names.size() > 4 ? "" : "near " + joined(names);
}

/// All pairs alike is one line; otherwise each kind lists its pairs.
std::vector<Branch> pairs_branches(const Machine& machine) {
    std::map<std::string, std::vector<std::string>> pairs;
    for (std::size_t a = 0; a < machine.gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < machine.gpus.size(); ++b) {
            const Gpu& one = machine.gpus[a];
            const Gpu& two = machine.gpus[b];
            const DevicePath* path = machine.find_path(r1cluster::device_name(one), r1cluster::device_name(two));
            pairs[path && !path->path.empty() ? path->path : "path not known"].push_back(
                fmt::format("{}-{}", one.nvml_index, two.nvml_index));
        }
    }
    std::vector<Branch> branches;
    for (const auto& [path, list] : pairs) {
        branches.push_back(
            {pairs.size() == 1 ? "every pair: " + path : fmt::format("{}: {}", path, joined(list, " "))});
    }
    return branches;
}

std::string title_of(const PciGroup& group) {
    if (!group.bridge && group.root.empty()) return "place not known";
    if (!group.bridge) return (group.root.starts_with("pci") ? "host bridge " : "bridge ") + group.root;
    std::string text = "switch " + group.bridge->address + (group.root.empty() ? "" : " at " + group.root);
    if (!group.bridge->name.empty()) text += ", " + group.bridge->name;
    if (const std::string link = link_text(group.bridge->link, false); !link.empty()) text += ", " + link;
    if (group.bridge->is_acs_redirecting.value_or(false)) text += ", ACS redirects";
    return text;
}

std::string line_of(const PlacedDevice& device) {
    std::string text = name_of(device);
    if (text != device.address && !device.address.empty()) text += " " + device.address;
    if (device.pci && text == device.address)
        text += " " + (device.pci->name.empty() ? std::string(to_text(device.pci->kind)) : device.pci->name);
    const PciLink none;
    const std::string link = link_text(device.pci   ? device.pci->link
                                       : device.gpu ? device.gpu->link
                                                    : none,
                                       device.gpu != nullptr);
    return link.empty() ? text : text + ", " + link;
}

Branch branch_of(const PciGroup& group) {
    Branch branch{title_of(group)};
    for (const PlacedDevice& device : group.devices) branch.branches.push_back({line_of(device)});
    for (const PciGroup& inner : group.groups) branch.branches.push_back(branch_of(inner));
    return branch;
}

}  // namespace

Branch gpus_branch(const Machine& machine) {
    if (machine.gpus.empty()) return {machine.gpu_driver_version.empty() ? "GPUs: not seen" : "GPUs: none"};
    std::vector<std::string> common{gpu_models(machine)}, lines;
    for (const Gpu& gpu : machine.gpus) {
        lines.push_back(
            fmt::format("gpu{}: {}", gpu.nvml_index, gpu.pci_address.empty() ? "address not known" : gpu.pci_address));
    }
    if (gpu_models(machine).find(", ") != std::string::npos) {
        for (std::size_t i = 0; i < lines.size(); ++i) lines[i] += ", " + machine.gpus[i].name;
    }
    const bool are_many = machine.gpus.size() > 1;
    say<Gpu>(
        machine.gpus,
        {[&](const Gpu& gpu) {
             return gpu.memory_bytes ? short_bytes(*gpu.memory_bytes) + (are_many ? " each" : "") : "memory unknown";
         },
         [](const Gpu& gpu) {
             return gpu.numa_node ? fmt::format("NUMA node {}", *gpu.numa_node) : std::string("NUMA node not known");
         },
         [](const Gpu& gpu) {
             return gpu.compute_capability.empty() ? "" : "compute capability " + gpu.compute_capability;
         },
         [](const Gpu& gpu) {
             const std::string text = link_text(gpu.link, true);
             return text.empty() ? "" : "PCIe " + text;
         },
         [](const Gpu& gpu) { return nvlinks_text(gpu); }, fabric_text, nearest_text, gpudirect_text, ecc_text,
         mig_text, [](const Gpu& gpu) { return on_off(gpu.is_persistent, "persistence"); },
         [](const Gpu& gpu) {
             return gpu.compute_mode.empty() || gpu.compute_mode == "default" ? "" : "compute mode " + gpu.compute_mode;
         },
         [](const Gpu& gpu) {
             return gpu.virtualization.empty() || gpu.virtualization == "none" ? ""
                                                                               : "virtualization " + gpu.virtualization;
         },
         [](const Gpu& gpu) {
             return gpu.is_device_openable.value_or(true) ? "" : "its device file may not be opened";
         },
         power_text, use_text,
         [](const Gpu& gpu) { return gpu.vbios_version.empty() ? "" : "VBIOS " + gpu.vbios_version; }},
        common, lines);
    Branch branch{"GPUs: " + joined(common)};
    for (const std::string& line : lines) branch.branches.push_back({line});
    for (Branch& pairs : pairs_branches(machine)) branch.branches.push_back(std::move(pairs));
    if (!machine.visible_gpus.empty()) branch.branches.push_back({"CUDA_VISIBLE_DEVICES is " + machine.visible_gpus});
    return branch;
}

Branch hcas_branch(const Machine& machine) {
    std::vector<std::string> common, lines;
    for (const Hca& hca : machine.hcas) lines.push_back(device_name(hca) + ": " + ports_text(hca));
    say<Hca>(
        machine.hcas,
        {[](const Hca& hca) {
             if (hca.role == HcaRole::unknown) return std::string("role not known");
             return std::string(to_text(hca.role)) + (hca.role_because.empty() ? "" : " (" + hca.role_because + ")");
         },
         [&](const Hca& hca) { return nearest_gpus(machine, hca); },
         [](const Hca& hca) {
             return hca.numa_node ? fmt::format("NUMA node {}", *hca.numa_node) : std::string("NUMA node not known");
         },
         [](const Hca& hca) {
             const HcaPort* port = main_port(hca);
             return port && !port->netdev.empty() ? "interface " + port->netdev : "";
         },
         [](const Hca& hca) { return hca.model; },
         [](const Hca& hca) { return hca.firmware_version.empty() ? "" : "firmware " + hca.firmware_version; },
         [](const Hca& hca) { return hca.driver.empty() ? "" : "driver " + hca.driver; },
         [](const Hca& hca) { return hca.is_usable.value_or(true) ? "" : "not usable: " + hca.unusable_because; }},
        common, lines);
    Branch branch{fmt::format("HCAs: {}{}", machine.hcas.size(), common.empty() ? "" : ", " + joined(common))};
    for (const std::string& line : lines) branch.branches.push_back({line});
    return branch;
}

Branch pci_branch(const Machine& machine) {
    Branch branch{"PCI: what shares a switch or a host bridge"};
    std::map<int, Branch> nodes;  // -1 last would be out of order
    for (const PciGroup& group : pci_groups(machine)) {
        const int node = numa_node(group).value_or(1 << 30);
        Branch& place =
            nodes.try_emplace(node, Branch{node == 1 << 30 ? "NUMA node not known" : fmt::format("NUMA node {}", node)})
                .first->second;
        place.branches.push_back(branch_of(group));
    }
    for (auto& [node, place] : nodes) branch.branches.push_back(std::move(place));
    return branch;
}

}  // namespace r1cluster::detail
