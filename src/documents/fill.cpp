// SPDX-License-Identifier: Apache-2.0
#include "documents/fill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "documents/values.hpp"
#include "facts/describe.hpp"

namespace r1cluster::detail {
namespace {

template <class T>
bool is_unset(const T& value) {
    return value == T{};
}

/// Every field of a described struct that is unset takes the other's.
template <class T>
void fill_fields(T& into, const T& from) {
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        if (is_unset(into.*member.pointer)) into.*member.pointer = from.*member.pointer;
    });
}

/// Elements that `same` matches are filled; the others are added.
template <class T, class Same>
void fill_list(std::vector<T>& into, const std::vector<T>& from, Same same) {
    for (const T& item : from) {
        const auto found = std::find_if(into.begin(), into.end(), [&](const T& one) { return same(one, item); });
        if (found == into.end()) {
            into.push_back(item);
        } else {
            fill_fields(*found, item);
        }
    }
}

void disagree(Machine& machine, const std::string& key, const std::string& subject, const std::string& ours,
              const std::string& theirs, const std::string& source) {
    if (ours.empty() || theirs.empty() || ours == theirs) return;
    machine.gaps.push_back(
        {key, subject,
         fmt::format("sources disagree: {} says {}, {} says {}",
                     machine.sources.empty() ? "one" : machine.sources.front(), ours, source, theirs),
         "read the host again; see which source is older"});
}

bool is_same_gpu(const Gpu& a, const Gpu& b) {
    if (!a.pci_address.empty() && !b.pci_address.empty()) return a.pci_address == b.pci_address;
    if (!a.uuid.empty() && !b.uuid.empty()) return a.uuid == b.uuid;
    return a.nvml_index == b.nvml_index;
}

void fill_gpus(Machine& machine, const Machine& other, const std::string& source) {
    if (machine.gpus.empty()) {
        machine.gpus = other.gpus;
        return;
    }
    for (const Gpu& theirs : other.gpus) {
        const auto ours = std::find_if(machine.gpus.begin(), machine.gpus.end(),
                                       [&](const Gpu& one) { return is_same_gpu(one, theirs); });
        const std::string key = "gpu." + theirs.pci_address, subject = "GPU at " + theirs.pci_address;
        if (ours == machine.gpus.end()) {
            machine.gaps.push_back({key, subject,
                                    fmt::format("{} shows it, {} does not", source, machine.sources.front()),
                                    "nvidia-smi; dmesg | grep Xid"});
            continue;
        }
        disagree(machine, key + ".uuid", "UUID of " + subject, ours->uuid, theirs.uuid, source);
        if (ours->memory_bytes && theirs.memory_bytes && *ours->memory_bytes >> 20U != *theirs.memory_bytes >> 20U) {
            disagree(machine, key + ".memory", "memory of " + subject, std::to_string(*ours->memory_bytes),
                     std::to_string(*theirs.memory_bytes), source);
        }
        fill_fields(*ours, theirs);
    }
}

}  // namespace

void fill(Machine& machine, Machine other) {
    const std::string source = other.sources.empty() ? "another source" : other.sources.front();
    disagree(machine, "driver.version", "GPU driver version", machine.gpu_driver_version, other.gpu_driver_version,
             source);
    fill_fields(machine.cpu, other.cpu);
    fill_list(machine.numa_nodes, other.numa_nodes, [](const NumaNode& a, const NumaNode& b) { return a.id == b.id; });
    fill_list(machine.nics, other.nics, [](const Nic& a, const Nic& b) { return a.name == b.name; });
    fill_list(machine.pci_devices, other.pci_devices,
              [](const PciDevice& a, const PciDevice& b) { return a.address == b.address; });
    fill_list(machine.hcas, other.hcas, [](const Hca& a, const Hca& b) { return a.name == b.name; });
    fill_gpus(machine, other, source);
    fill_list(machine.device_paths, other.device_paths,
              [](const DevicePath& a, const DevicePath& b) { return a.from == b.from && a.to == b.to; });
    std::sort(machine.numa_nodes.begin(), machine.numa_nodes.end(),
              [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
    order_devices(machine, false);
    const auto add = [](auto& into, auto& from) {
        into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
        from.clear();
    };
    add(machine.sources, other.sources);
    add(machine.gaps, other.gaps);
    fill_fields(machine, other);
}

}  // namespace r1cluster::detail
