// SPDX-License-Identifier: Apache-2.0
#include "views/nvlinks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

/// 18 for "NV18"; 0 for any other path.
int links_of_path(const DevicePath* path) {
    int count = 0;
    if (path && path->path.starts_with("NV")) {
        const char* end = path->path.data() + path->path.size();
        if (std::from_chars(path->path.data() + 2, end, count).ptr != end) count = 0;
    }
    return count;
}

/// Where only the paths are known, as from a matrix: one count for all of more than two GPUs means a switch.
void add_from_paths(const Machine& machine, NvLinks& links) {
    std::vector<NvLinkBundle> pairs;
    bool are_alike = true;
    for (std::size_t a = 0; a < machine.gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < machine.gpus.size(); ++b) {
            const int count =
                links_of_path(machine.find_path(device_name(machine.gpus[a]), device_name(machine.gpus[b])));
            if (count > 0) pairs.push_back({a, b, count, count});
            are_alike = are_alike && count > 0 && count == pairs.front().count;
        }
    }
    if (!are_alike || machine.gpus.size() < 3) {
        links.bundles = std::move(pairs);
        return;
    }
    links.has_switch = true;
    for (std::size_t i = 0; i < machine.gpus.size(); ++i)
        links.bundles.push_back({i, i, pairs.front().count, pairs.front().count});
}

}  // namespace

NvLinks nvlinks_of(const Machine& machine) {
    NvLinks links;
    for (const PciDevice& device : machine.pci_devices) {
        if (device.kind == PciKind::nvswitch) links.switches.push_back(device.address);
    }
    std::map<std::string, std::size_t> gpu_at;
    for (std::size_t i = 0; i < machine.gpus.size(); ++i) gpu_at[machine.gpus[i].pci_address] = i;
    std::map<std::pair<std::size_t, std::size_t>, NvLinkBundle> to_switch, pairs;
    for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
        for (const NvLink& link : machine.gpus[i].nvlinks) {
            if (link.remote == NvLinkEnd::cpu) continue;
            const auto far = link.remote_pci_address.empty() ? gpu_at.end() : gpu_at.find(link.remote_pci_address);
            const bool is_pair = far != gpu_at.end() && far->second != i;
            if (is_pair && far->second < i) continue;                 // counted from the other end
            if (!is_pair && link.remote == NvLinkEnd::gpu) continue;  // to a GPU that is not ours to see
            const std::size_t to = is_pair ? far->second : i;
            NvLinkBundle& bundle =
                (is_pair ? pairs : to_switch).try_emplace({i, to}, NvLinkBundle{i, to, 0, 0}).first->second;
            ++bundle.count;
            if (link.is_active) ++bundle.active;
        }
    }
    // Links that are all down lead nowhere, unless there is something for them to lead to.
    bool is_any_up = false;
    for (const auto& [place, bundle] : to_switch) is_any_up = is_any_up || bundle.active > 0;
    if (is_any_up || !links.switches.empty()) {
        for (const auto& [place, bundle] : to_switch) links.bundles.push_back(bundle);
    }
    links.has_switch = !links.bundles.empty() || !links.switches.empty();
    for (const auto& [place, bundle] : pairs) links.bundles.push_back(bundle);
    if (links.bundles.empty()) add_from_paths(machine, links);
    return links;
}

std::string nvlinks_text(const Gpu& gpu) {
    if (gpu.nvlinks.empty()) return "";
    const int active = active_nvlinks(gpu);
    const std::string generation = nvlink_generation(gpu.nvlinks.front());
    const std::string count = active == static_cast<int>(gpu.nvlinks.size())
                                  ? std::to_string(active)
                                  : fmt::format("{} of {}", active, gpu.nvlinks.size());
    return fmt::format("{} x NVLink{}{}", count, generation.empty() ? "" : " ", generation);
}

}  // namespace r1cluster::detail
