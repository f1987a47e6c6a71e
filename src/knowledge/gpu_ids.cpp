// SPDX-License-Identifier: Apache-2.0
#include "knowledge/gpu_ids.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::knowledge {
namespace {

constexpr std::array ids{
    GpuId{"0x1db1", "Tesla V100 SXM2 16GB", "7.0"},
    GpuId{"0x1db5", "Tesla V100 SXM2 32GB", "7.0"},
    GpuId{"0x1eb8", "Tesla T4", "7.5"},
    GpuId{"0x20b0", "A100 SXM4 40GB", "8.0"},
    GpuId{"0x20b2", "A100 SXM4 80GB", "8.0"},
    GpuId{"0x20b5", "A100 PCIe 80GB", "8.0"},
    GpuId{"0x20f1", "A100 PCIe 40GB", "8.0"},
    GpuId{"0x2235", "A40", "8.6"},
    GpuId{"0x2236", "A10", "8.6"},
    GpuId{"0x2237", "A10G", "8.6"},
    GpuId{"0x26b5", "L40", "8.9"},
    GpuId{"0x26b9", "L40S", "8.9"},
    GpuId{"0x27b8", "L4", "8.9"},
    GpuId{"0x2329", "H20", "9.0"},
    GpuId{"0x2330", "H100 SXM5 80GB", "9.0"},
    GpuId{"0x2331", "H100 PCIe", "9.0"},
    GpuId{"0x2335", "H200 SXM 141GB", "9.0"},
};

}  // namespace

const GpuId* find_gpu_id(std::string_view device_id) {
    const auto found =
        std::find_if(ids.begin(), ids.end(), [&](const GpuId& one) { return one.device_id == device_id; });
    return found == ids.end() ? nullptr : &*found;
}

}  // namespace r1cluster::knowledge
