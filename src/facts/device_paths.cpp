// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "facts/derive.hpp"

namespace r1cluster::detail {

void derive_device_paths(Machine& machine) {
    for (const Gpu& gpu : machine.gpus) {
        for (const GpuPeer& peer : gpu.peers) {
            DevicePath path{device_name(gpu), fmt::format("gpu{}", peer.gpu), peer.ancestor, "", std::nullopt, ""};
            if (peer.nvlink == "ok") path.path = fmt::format("NV{}", active_nvlinks(gpu));
            machine.device_paths.push_back(path);
        }
    }
}

}  // namespace r1cluster::detail
