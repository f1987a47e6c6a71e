// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Values as other tools write them, into the form that the facts have.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// "0000:18:00.0" of "18:00.0", "0000:18:00.0" or NVML's "00000000:18:00.0"; nullopt for anything else.
std::optional<std::string> pci_address_of(std::string_view text);
/// "0x10de" of "10DE" or "0x10de": four digits; "0x030200": six. nullopt for anything else.
std::optional<std::string> pci_number_of(std::string_view text, std::size_t digits);
/// Whether a device or interface can be called so: printable ASCII without spaces.
bool is_device_name(std::string_view name);

/// PciDevice::kind, by class code ("0x030200") and vendor. A display controller counts as a GPU where its vendor is
/// NVIDIA or not told.
PciKind pci_kind_of(std::string_view class_code, std::string_view vendor_id);

/// Kernel list format, "0-15,32-47", of a mask in words of 32 bits, most significant first, with or without "0x":
/// "ffffffff,00000000". nullopt where it is none. Words left empty, as hwloc writes zeros within a mask, are zero.
std::optional<std::string> cpu_list_of_mask(std::string_view mask);
/// The reverse, in NCCL's form: eight digits a word, no "0x". nullopt where `list` is none, or has a CPU above 8191.
std::optional<std::string> mask_of_cpu_list(std::string_view list);

/// "more than 4,096 GPUs": of what a document tells more than any machine has; empty where it does not. Asked while
/// reading, since a device takes a hundred times the memory of its shortest description.
std::string excess_of(const Machine& machine);

void add_gap(Machine& machine, std::string key, std::string subject, std::string because, std::string remedy = "");

/// Ordered as Machine demands; GPUs take their index from their place where `numbers_gpus`.
void order_devices(Machine& machine, bool numbers_gpus);

}  // namespace r1cluster::detail
