// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small pieces of text that all views say alike.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// "1 GPU", "2 GPUs"; `many` where an s does not do.
std::string plural(std::size_t count, std::string_view noun, std::string_view many = "");
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// "637 GiB", "2.0 TiB", "94.5 GiB": for lines in which two decimals say no more.
std::string short_bytes(std::uint64_t bytes);

/// What the kernel counts for NUMA nodes, where that is much less than the machine's memory: Linux leaves memory out
/// that a virtual machine got after its start. Unset: the two agree, or one is not known.
std::optional<std::uint64_t> memory_in_nodes(const Machine& machine);

/// "400 Gb/s"; "?" where it is not known.
std::string rate_text(const std::optional<double>& gbps);

/// "Gen5" for 32 GT/s; empty for a speed that is no generation's.
std::string pcie_generation(double gts);

/// "Gen5 x16"; "Gen5 x8 of x16" below the width that the device could do, "Gen3 of Gen5 x16" below its speed. A GPU
/// that idles lowers its speed, so that of a GPU only the highest one is said. Empty where nothing is known.
std::string link_text(const PciLink& link, bool is_gpu);

/// "4" for NVML's 6: the number under which NVIDIA sells this version of NVLink; empty where it is not known.
std::string nvlink_generation(const NvLink& link);

/// "InfiniBand, ACTIVE": state and kind of the first port, the others too where there are several.
std::string_view layer_text(LinkLayer layer);
std::string ports_text(const Hca& hca);

/// The port that stands for an HCA: an active one, else the first; nullptr where it has none.
const HcaPort* main_port(const Hca& hca);

/// Name that device paths give an HCA: of its verbs device, or its PCI address where it has none.
const std::string& device_name(const Hca& hca);

/// Whether a problem's subject is this device: its name or PCI address, alone or before a space ("mlx5_2 port 1").
bool is_about(const std::string& subject, const std::string& device);

/// Network controllers that no verbs device stands for, one per PCI address, in the order of the interfaces.
std::vector<const Nic*> nics_without_hca(const Machine& machine);

/// "up", "down", "state not known"
std::string state_of(const Nic& nic);

}  // namespace r1cluster::detail
