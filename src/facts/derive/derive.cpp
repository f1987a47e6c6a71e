// SPDX-License-Identifier: Apache-2.0
#include "facts/derive/derive.hpp"

#include <algorithm>
#include <array>

#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster {

std::string device_name(const Gpu& gpu) { return "gpu" + std::to_string(gpu.nvml_index); }

int active_nvlinks(const Gpu& gpu) {
    int count = 0;
    for (const NvLink& link : gpu.nvlinks) count += link.is_active ? 1 : 0;
    return count;
}

const Gpu* Machine::find_gpu(int nvml_index) const {
    const auto found = std::ranges::find(gpus, nvml_index, &Gpu::nvml_index);
    return found == gpus.end() ? nullptr : &*found;
}

const Gap* Machine::find_gap(std::string_view key) const {
    const auto found = std::ranges::find(gaps, key, &Gap::key);
    return found == gaps.end() ? nullptr : &*found;
}

bool is_one_machine(const Machine& a, const Machine& b) { return !a.boot_id.empty() && a.boot_id == b.boot_id; }

const Filesystem* Machine::find_filesystem(std::string_view path) const {
    for (const Filesystem& filesystem : filesystems) {
        if (filesystem.path == path) return &filesystem;
    }
    return nullptr;
}

const ContainerRuntime* Machine::find_container_runtime(std::string_view name) const {
    const auto found = std::ranges::find(container_runtimes, name, &ContainerRuntime::name);
    return found == container_runtimes.end() ? nullptr : &*found;
}

const DevicePath* Machine::find_path(std::string_view a, std::string_view b) const {
    for (const DevicePath& path : device_paths) {
        if ((path.from == a && path.to == b) || (path.from == b && path.to == a)) return &path;
    }
    return nullptr;
}

namespace detail {

/// Sources without a driver know a GPU by its PCI device id, or by the words of a database that does not know it.
void derive_gpu_models(Machine& machine, const Knowledge& knowledge) {
    for (const PciDevice& device : machine.pci_devices) {
        if (device.kind != PciKind::gpu) continue;
        constexpr std::string_view unnamed = "NVIDIA Corporation Device ";
        std::string id = device.device_id;
        if (id.empty() && device.name.starts_with(unnamed)) id = "0x" + device.name.substr(unnamed.size(), 4);
        const knowledge::GpuId* known = knowledge.find_gpu_id(id);
        for (Gpu& gpu : machine.gpus) {
            if (!known || gpu.pci_address != device.address) continue;
            if (gpu.name.empty()) gpu.name = known->model + " (by its PCI id)";
            if (gpu.compute_capability.empty()) gpu.compute_capability = known->compute_capability;
        }
    }
}

void derive(Machine& machine, const Knowledge& knowledge) {
    derive_gpu_models(machine, knowledge);
    derive_device_paths(machine, knowledge);
    derive_hca_roles(machine);
    derive_near_hcas(machine);
    derive_problems(machine);
}

void derive(Cluster& cluster) {
    derive_rails(cluster);
    derive_differences(cluster);
}

bool is_within(NcclPath path, NcclPath limit) { return path != NcclPath::unknown && path <= limit; }

}  // namespace detail
}  // namespace r1cluster
