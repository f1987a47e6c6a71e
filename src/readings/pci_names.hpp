// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How Linux names PCI functions. Shared by who reads them and who interprets them, so that both hold the same ones
/// to matter.

#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

constexpr std::size_t max_listed_pci_devices = 4096;   ///< whose class is read
constexpr std::size_t max_detailed_pci_devices = 512;  ///< of which everything is read
/// Whose text is how many that matter are beyond the bound.
constexpr auto pci_left_out_call = "pci_devices_left_out()";
constexpr auto pci_folder = "/sys/bus/pci/devices";

/// "0000:18:00.0"; a domain has four digits or more ("10000:e1:00.0" behind Intel VMD).
bool is_pci_address(std::string_view text);

/// As NVML and the CUDA driver write it, "00000000:18:00.0" -> as sysfs does, "0000:18:00.0"; a domain that needs more
/// than four digits keeps them ("00010000:01:00.0" -> "10000:01:00.0": the kernel prints "%04x:%02x:%02x.%d").
std::string sysfs_pci_address(std::string_view bus_id);

/// Where a function stands: the target of its link in /sys/bus/pci/devices,
/// "../../../devices/pci0000:15/0000:15:01.0/0000:16:00.0/0000:18:00.0".
struct PciChain {
    std::string root_complex;            ///< "pci0000:15"; of the outermost one, where a device hides another
    std::vector<std::string> addresses;  ///< from the root port to the function itself
};
PciChain pci_chain(std::string_view link);

/// "gpu", "nvswitch", "network", "nvme", "bridge", "other", by class ("0x030200") and vendor ("0x10de").
std::string pci_kind(std::string_view class_code, std::string_view vendor_id);

/// Whether placement depends on a function of this kind; bridges count where they stand above one that does.
bool is_endpoint_that_matters(std::string_view kind);

}  // namespace r1cluster::detail
