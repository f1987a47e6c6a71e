// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// NVLinks between two GPUs without a switch, or from one GPU to the switches.
struct NvLinkBundle {
    std::size_t from = 0;  ///< position in Machine::gpus
    std::size_t to = 0;    ///< the same as `from`: to the NVSwitches
    int active = 0;
    int count = 0;  ///< active or not
    bool operator==(const NvLinkBundle&) const = default;
};

/// What joins the GPUs. Links to a far end that a virtual machine hides count as links to NVSwitches: that is what
/// NCCL takes them for (src/graph/xml.cc), and GPUs that are joined directly know each other's address.
struct NvLinks {
    std::vector<NvLinkBundle> bundles;  ///< to the switches by GPU, then pairs
    bool has_switch = false;
    std::vector<std::string> switches;  ///< PCI addresses of NVSwitches; empty: none to be seen
    bool operator==(const NvLinks&) const = default;
};
NvLinks nvlinks_of(const Machine& machine);

/// "18 x NVLink 4", "17 of 18 x NVLink 4"; empty for a GPU without NVLinks.
std::string nvlinks_text(const Gpu& gpu);

}  // namespace r1cluster::detail
