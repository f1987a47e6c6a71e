// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Single objects of an hwloc XML.

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "documents/xml_text.hpp"
#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// Value of an info attribute; empty where there is none.
std::string hwloc_info(pugi::xml_node object, const std::string& name);

/// Class and numbers of a PCI device from its pci_type, "0302 [10de:2330] [10de:16c1] a1": class, vendor and device,
/// those of the subsystem, revision. False where it is none.
bool read_hwloc_type(const std::string& text, PciDevice& device);

/// All numbers in the children `name` of a distance matrix; of more than `most` the first one too many, and no other.
/// Throws Error (invalid_input) for anything else.
std::vector<int> hwloc_numbers(const XmlText& xml, pugi::xml_node matrix, const char* name, std::size_t most);

/// Ports of an OSDev of OpenFabrics, from "Port1State", "Port1LID", "Port1GID0".
std::vector<HcaPort> hwloc_ports(pugi::xml_node object);

}  // namespace r1cluster::detail
