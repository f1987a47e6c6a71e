// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/documents/documents.hpp"

namespace r1cluster::fuzz {

/// What holds for every document that an importer accepts; nothing where it refuses.
inline std::optional<Machine> document(const char* kind, std::string_view bytes) {
    const auto machine = accepted([&] { return parse_document(kind, bytes, "input"); });
    if (!machine) return std::nullopt;
    std::set<std::string> addresses;
    for (const PciDevice& device : machine->pci_devices) {
        expect(!device.address.empty() && addresses.insert(device.address).second,
               "a device has an address of its own");
        expect(device.address != device.parent, "no device is above itself");
    }
    std::set<int> indices;
    for (const Gpu& gpu : machine->gpus) expect(indices.insert(gpu.nvml_index).second, "a GPU has an index of its own");
    for (const Gap& gap : machine->gaps)
        expect(!gap.subject.empty() && !gap.because.empty(), "a gap says what and why");
    expect(machine->sources.size() == 1, "a document is one source");
    const std::string text = to_json(*machine);
    expect(to_json(from_json<Machine>(text)) == text, "a machine survives its JSON form");
    expect(!to_hwloc_text(*machine).empty() && !to_dot(*machine).empty(), "a machine can be drawn");
    const std::string nccl = to_nccl_topology(*machine);
    const auto again = accepted([&] { return parse_document("nccl_topology", nccl, "written"); });
    expect(again.has_value(), "what we write for NCCL is what we read");
    return machine;
}

}  // namespace r1cluster::fuzz
