// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "r1cluster/base/units.hpp"
#include "views/changes.hpp"
#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_pairs_named = 4;

/// By UUID, and what is left by PCI address: a card that was exchanged, or whose UUID was made up.
Matched<Gpu> same_gpus(const HostPair& host) {
    if (host.has_made_up_names)
        return matched(host.before.gpus, host.after.gpus, [](const Gpu& gpu) { return gpu.pci_address; });
    const auto known = [](const Gpu& gpu) { return gpu.uuid.empty() ? "at " + gpu.pci_address : gpu.uuid; };
    Matched<Gpu> result = matched(host.before.gpus, host.after.gpus, known);
    for (auto old = result.gone.begin(); old != result.gone.end();) {
        const auto now = std::find_if(result.fresh.begin(), result.fresh.end(), [&](const Gpu* gpu) {
            return gpu->pci_address == (*old)->pci_address && !gpu->pci_address.empty();
        });
        if (now == result.fresh.end()) {
            ++old;
            continue;
        }
        result.both.emplace_back(*old, *now);
        result.fresh.erase(now);
        old = result.gone.erase(old);
    }
    return result;
}

void compare_fabric(const std::string& gpu, const std::optional<GpuFabric>& before,
                    const std::optional<GpuFabric>& after, Changes& changes) {
    if (!before || !after) return;
    changes.text(gpu, "state of the NVLink fabric", to_text(before->state), to_text(after->state),
                 before->state == FabricState::completed);
    if (before->state == FabricState::completed && after->state == FabricState::completed) {
        changes.text(gpu, "status of the NVLink fabric", before->status, after->status, before->status == "success");
    }
    for (const std::string& word : after->unhealthy) {
        if (std::find(before->unhealthy.begin(), before->unhealthy.end(), word) == before->unhealthy.end())
            changes.add(gpu, "NVLink fabric: " + word, true);
    }
}

void compare_memory_health(const std::string& name, const Gpu& before, const Gpu& after, Changes& changes) {
    changes.fact(name, before.is_ecc_enabled, after.is_ecc_enabled, "ECC was switched on", "ECC was switched off",
                 false);
    changes.number(name, "count of uncorrected memory errors", before.ecc_uncorrected, after.ecc_uncorrected, false);
    changes.number(name, "count of rows remapped for uncorrected errors", before.remapped_rows_uncorrected,
                   after.remapped_rows_uncorrected, false);
    changes.fact(name, before.is_remap_pending, after.is_remap_pending, "rows are to be remapped at the next reset",
                 "no rows are to be remapped any more", true);
    changes.fact(name, before.has_remap_failed, after.has_remap_failed, "remapping of rows failed",
                 "remapping of rows works again", true);
}

std::optional<std::size_t> up(const Gpu& gpu) {
    return gpu.nvlinks.empty() ? std::nullopt : std::optional(static_cast<std::size_t>(active_nvlinks(gpu)));
}

void compare_gpu(const HostPair& host, const Gpu& before, const Gpu& after, Changes& changes) {
    const std::string name = r1cluster::device_name(after);
    if (!host.has_made_up_names && before.uuid != after.uuid && !before.uuid.empty() && !after.uuid.empty()) {
        changes.add(name, "is another card than before", false);
    }
    if (before.nvml_index != after.nvml_index)
        changes.add(name, fmt::format("was {} before", r1cluster::device_name(before)), false);
    changes.text(name, "PCI address", before.pci_address, after.pci_address);
    changes.text(name, "model", before.name, after.name);
    changes.number<std::uint64_t>(name, "memory", before.memory_bytes, after.memory_bytes, true, format_bytes);
    changes.text(name, "VBIOS", before.vbios_version, after.vbios_version);
    changes.text(name, "firmware", before.firmware_version, after.firmware_version);
    const auto lanes = [](int n) { return fmt::format("{} lanes", n); };
    changes.number<int>(name, "PCIe link width", before.link.width, after.link.width, true, lanes);
    changes.number<int>(name, "highest PCIe link width", before.link.max_width, after.link.max_width, true, lanes);
    changes.number<double>(name, "highest PCIe speed", before.link.max_speed_gts, after.link.max_speed_gts, true,
                           [](double n) { return fmt::format("{:g} GT/s", n); });
    changes.number<std::size_t>(name, "count of NVLinks that are up", up(before), up(after), true);
    compare_fabric(name, before.fabric, after.fabric, changes);
    compare_memory_health(name, before, after, changes);
    changes.fact(name, before.is_mig_enabled, after.is_mig_enabled, "MIG was switched on", "MIG was switched off",
                 true);
    if (before.is_mig_enabled == after.is_mig_enabled) {
        changes.number<std::size_t>(name, "count of MIG instances", before.mig_devices.size(), after.mig_devices.size(),
                                    std::nullopt);
    }
    changes.fact(name, before.is_persistent, after.is_persistent, "persistence mode was switched on",
                 "persistence mode was switched off", false);
    changes.text(name, "compute mode", before.compute_mode, after.compute_mode);
    changes.text(name, "virtualization", before.virtualization, after.virtualization);
    changes.number<double>(name, "power limit", before.power_limit_w, after.power_limit_w, true,
                           [](double n) { return fmt::format("{:g} W", n); });
    changes.fact(name, before.is_device_openable, after.is_device_openable, "its device file may be opened again",
                 "its device file may not be opened any more", false);
    changes.number(name, "NUMA node", before.numa_node, after.numa_node, std::nullopt);
}

/// From near to far; the words of DevicePath::path.
int distance_of(const std::string& path) {
    static constexpr std::string_view words[] = {"PIX", "PXB", "PHB", "NODE", "SYS"};
    const auto* place = std::find(std::begin(words), std::end(words), path);
    return path.starts_with("NV") ? -1 : static_cast<int>(place - std::begin(words));
}

}  // namespace

void compare_gpus(const HostPair& host, Changes& changes) {
    const Matched<Gpu> gpus = same_gpus(host);
    const auto named = [](const Gpu& gpu) {
        return fmt::format("{} at {}", gpu.name.empty() ? "GPU" : gpu.name,
                           gpu.pci_address.empty() ? "an unknown address" : gpu.pci_address);
    };
    for (const Gpu* gone : gpus.gone) changes.add(r1cluster::device_name(*gone), "is gone: " + named(*gone), true);
    for (const Gpu* fresh : gpus.fresh) changes.add(r1cluster::device_name(*fresh), "is new: " + named(*fresh), false);
    for (const auto& [before, after] : gpus.both) compare_gpu(host, *before, *after, changes);
    if (host.before.visible_gpus != host.after.visible_gpus) {
        const auto shown = [](const std::string& text) { return text.empty() ? "not set" : text; };
        changes.add("CUDA_VISIBLE_DEVICES",
                    fmt::format("was {} and is {}", shown(host.before.visible_gpus), shown(host.after.visible_gpus)),
                    false);
    }
}

void compare_paths(const HostPair& host, Changes& changes) {
    // One line for all: one switch that is gone changes dozens of pairs.
    std::vector<std::string> pairs;
    bool is_worse = false;
    const auto ends = [](const DevicePath& path) { return std::pair(path.from, path.to); };
    std::map<std::pair<std::string, std::string>, std::string> old;
    for (const DevicePath& path : host.before.device_paths) old[ends(path)] = path.path;
    for (const DevicePath& path : host.after.device_paths) {
        const auto before = old.find(ends(path));
        if (before == old.end() || before->second == path.path || before->second.empty() || path.path.empty()) continue;
        // How many NVLinks there are is said of each GPU.
        if (before->second.starts_with("NV") && path.path.starts_with("NV")) continue;
        pairs.push_back(fmt::format("{}-{} from {} to {}", path.from, path.to, before->second, path.path));
        is_worse = is_worse || distance_of(path.path) > distance_of(before->second);
    }
    if (!pairs.empty()) changes.add("paths", first_of(pairs, most_pairs_named), is_worse);
    const auto index = [](const Gpu& gpu) { return gpu.nvml_index; };
    for (const auto& [before, after] : matched(host.before.gpus, host.after.gpus, index).both) {
        const auto name = [](const NearHca& near) { return near.hca; };
        for (const auto& [was, is] : matched(before->hcas, after->hcas, name).both) {
            changes.fact(r1cluster::device_name(*after), was->uses_gpudirect, is->uses_gpudirect,
                         fmt::format("NCCL would use GPUDirect RDMA with {} now", is->hca),
                         fmt::format("NCCL would not use GPUDirect RDMA with {} any more{}", is->hca,
                                     is->because.empty() ? "" : ": " + is->because),
                         false);
        }
    }
}

}  // namespace r1cluster::detail
