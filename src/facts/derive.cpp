// SPDX-License-Identifier: Apache-2.0
#include "facts/derive.hpp"

namespace r1cluster {

std::string device_name(const Gpu& gpu) { return "gpu" + std::to_string(gpu.nvml_index); }

int active_nvlinks(const Gpu& gpu) {
    int count = 0;
    for (const NvLink& link : gpu.nvlinks) count += link.is_active ? 1 : 0;
    return count;
}

const DevicePath* find_path(const Machine& machine, std::string_view a, std::string_view b) {
    for (const DevicePath& path : machine.device_paths) {
        if ((path.from == a && path.to == b) || (path.from == b && path.to == a)) return &path;
    }
    return nullptr;
}

namespace detail {

void derive(Machine& machine) { derive_device_paths(machine); }

void derive(Cluster&) {}

}  // namespace detail
}  // namespace r1cluster
