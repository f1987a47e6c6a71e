// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Single objects of an hwloc XML.

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// Value of an info attribute; empty where there is none.
std::string hwloc_info(pugi::xml_node object, const std::string& name);

/// Class and numbers of a PCI device from its pci_type, "0302 [10de:2330] [10de:16c1] a1": class, vendor and device,
/// those of the subsystem, revision. False where it is none.
bool read_hwloc_type(const std::string& text, PciDevice& device);

/// Ports of an OSDev of OpenFabrics, from "Port1State", "Port1LID", "Port1GID0".
std::vector<HcaPort> hwloc_ports(pugi::xml_node object);

}  // namespace r1cluster::detail
