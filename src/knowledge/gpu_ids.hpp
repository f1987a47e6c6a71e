// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace r1cluster::knowledge {

/// What a GPU of NVIDIA is by its PCI device id, for sources that say no more (lspci, NCCL topologies).
/// Source: the PCI ID database (pci.ids, vendor 10de); compute capabilities: developer.nvidia.com/cuda-gpus.
struct GpuId {
    std::string_view device_id;  ///< "0x2330"
    std::string_view model;
    std::string_view compute_capability;
};

/// nullptr: not in the table.
const GpuId* find_gpu_id(std::string_view device_id);

}  // namespace r1cluster::knowledge
