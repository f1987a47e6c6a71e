// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// Machine::pci_devices as a tree. Holds pointers into the machine, which must outlive it and keep its devices.
class PciTree {
public:
    explicit PciTree(const Machine& machine);

    /// nullptr where there is no such device.
    const PciDevice* find(std::string_view address) const;
    /// The bridges above a device, nearest first, up to the root complex; empty for a device that is not known, and
    /// where the bridges go round.
    std::vector<const PciDevice*> above(std::string_view address) const;
    /// Where the chain of bridges ends: "pci0000:15"; empty: not known.
    std::string root_of(std::string_view address) const;
    /// The device's own, else that of the nearest bridge that has one, else that of the only node there is.
    std::optional<int> numa_node(std::string_view address) const;
    /// The switches above a device as NCCL counts them, nearest first: it takes every second bridge, because a switch
    /// shows itself as a port below and a port above (ncclTopoGetXmlFromSys rewinds two '/'). A bridge of kind "switch"
    /// is a whole one already.
    std::vector<const PciDevice*> switches_above(std::string_view address) const;

private:
    std::map<std::string_view, const PciDevice*> devices_;
    std::optional<int> only_numa_node_;
};

}  // namespace r1cluster::detail
