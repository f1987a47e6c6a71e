// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The PCI devices of a machine as a tree, with what else is known to sit on them, for those who draw it.

#include <map>
#include <string>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

struct TreeNode {
    std::string address;                ///< of a PCI device; of a root complex, "pci0000:15"; empty: no bridge is known
    const PciDevice* device = nullptr;  ///< nullptr: a root complex, or a device that only a GPU, HCA or NIC names
    std::vector<const Gpu*> gpus;
    std::vector<const Hca*> hcas;
    std::vector<const Nic*> nics;
    std::vector<TreeNode> children;  ///< ordered by address
};

/// Roots by NUMA node, that of their first device; -1: not known.
std::map<int, std::vector<TreeNode>> device_trees(const Machine& machine);

}  // namespace r1cluster::detail
