// SPDX-License-Identifier: Apache-2.0
#include "engine/devices.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {
namespace {

std::string gpu_list(const Machine& machine) {
    std::string list;
    for (const Gpu& gpu : machine.gpus) list += fmt::format("{}{}", list.empty() ? "" : ", ", gpu.nvml_index);
    return list.empty() ? "none" : list;
}

std::string gap_of(const Machine& machine, std::string_view key) {
    const Gap* gap = machine.find_gap(key);
    return gap ? gap->because : "";
}

/// Adds the GPUs of one host; returns why that cannot be.
std::string add_gpus(const HostSpec& spec, const Machine& machine, HostDevices& host) {
    for (const Gpu& gpu : machine.gpus) {
        if (spec.gpus && std::count(spec.gpus->begin(), spec.gpus->end(), gpu.nvml_index) == 0) continue;
        if (!gpu.memory_bytes) {
            return fmt::format("the memory of GPU {} of \"{}\" was not seen, so what fits cannot be told",
                               gpu.nvml_index, spec.name);
        }
        host.devices.push_back(
            {gpu.nvml_index, *gpu.memory_bytes, gpu.name, gpu.compute_capability, gpu.memory_reserved_bytes, 0});
    }
    if (!spec.gpus || spec.gpus->size() == host.devices.size()) return "";
    for (const int wanted : *spec.gpus) {
        if (!machine.find_gpu(wanted)) {
            const std::string gap = gap_of(machine, "gpus");
            return fmt::format("the spec wants GPU {} of \"{}\", which has {}{}", wanted, spec.name, gpu_list(machine),
                               gap.empty() ? "" : " (" + gap + ")");
        }
    }
    return fmt::format("the spec names a GPU of \"{}\" twice", spec.name);
}

std::string read_hosts(const Cluster& cluster) {
    std::string names;
    for (const Machine& machine : cluster.machines) names += (names.empty() ? "" : ", ") + machine.host;
    return names.empty() ? "no hosts" : names;
}

std::string add_host(const HostSpec& spec, const Cluster& cluster, Devices& devices) {
    const auto machine = std::find_if(cluster.machines.begin(), cluster.machines.end(),
                                      [&](const Machine& candidate) { return candidate.host == spec.name; });
    if (machine == cluster.machines.end())
        return fmt::format("nothing was read from \"{}\", which counts with no device; read were: {}", spec.name,
                           read_hosts(cluster));
    if (!machine->is_reached()) {
        return fmt::format("\"{}\" was not reached ({}): it counts with no device", spec.name,
                           machine->unreachable_because);
    }
    HostDevices host{spec.name, {}, machine->memory_available_bytes, gap_of(*machine, "memory")};
    std::string refusal = add_gpus(spec, *machine, host);
    devices.hosts.push_back(std::move(host));
    return refusal;
}

std::string names_of(const Devices& devices, bool with_gpus) {
    std::string names;
    for (const HostDevices& host : devices.hosts) {
        if (host.devices.empty() != with_gpus) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", host.host);
    }
    return names;
}

/// As many GPUs of each host as of the host with fewest.
void level(Devices& devices) {
    const auto fewest = std::min_element(devices.hosts.begin(), devices.hosts.end(), [](const auto& a, const auto& b) {
        return a.devices.size() < b.devices.size();
    });
    devices.per_host = static_cast<int>(fewest->devices.size());
    for (const HostDevices& host : devices.hosts) {
        const std::size_t unused = host.devices.size() - fewest->devices.size();
        if (unused > 0) {
            devices.note +=
                fmt::format("{}{} of \"{}\" stay unused, because every host must have as many ranks as \"{}\"",
                            devices.note.empty() ? "" : "; ", unused == 1 ? "1 GPU" : fmt::format("{} GPUs", unused),
                            host.host, fewest->host);
        }
    }
}

/// Where no host has a GPU. Between hosts, an engine on CPUs counts one rank for each host; alone, it takes
/// as many as it is asked for.
void use_cpus(const DeploymentSpec& spec, Devices& devices) {
    devices.is_gpu = false;
    constexpr std::int64_t most = 1024;
    std::int64_t ranks = 1;
    if (devices.hosts.size() == 1) {
        const std::size_t stages = spec.layout.layers_per_stage ? spec.layout.layers_per_stage->size() : 1;
        ranks = std::int64_t{spec.layout.tensor_parallel.value_or(1)} *
                spec.layout.pipeline_parallel.value_or(static_cast<int>(stages)) *
                spec.layout.data_parallel.value_or(1);
    }
    devices.per_host = static_cast<int>(std::clamp<std::int64_t>(ranks, 1, most));
    for (HostDevices& host : devices.hosts) {
        host.devices.assign(static_cast<std::size_t>(devices.per_host), Device{});
    }
}

/// Few kinds among up to ten thousand devices.
void sort_into_kinds(Devices& devices) {
    for (HostDevices& host : devices.hosts) {
        for (Device& device : host.devices) {
            const auto found = std::ranges::find_if(devices.kinds, [&](const Device& kind) {
                return kind.name == device.name && kind.compute_capability == device.compute_capability &&
                       kind.memory_bytes == device.memory_bytes;
            });
            device.kind = static_cast<std::size_t>(found - devices.kinds.begin());
            if (found == devices.kinds.end()) devices.kinds.push_back(device);
        }
    }
}

}  // namespace

bool is_alike(const Device& a, const Device& b) {
    // Boards of one model differ by some MiB that the driver keeps.
    const auto [less, more] = std::minmax(a.memory_bytes, b.memory_bytes);
    return a.name == b.name && a.compute_capability == b.compute_capability && more - less <= more / 50;
}

const Device& device_of(const Devices& devices, int ranks_per_host, int rank) {
    const HostDevices& host = devices.hosts[static_cast<std::size_t>(rank / ranks_per_host)];
    return host.devices[static_cast<std::size_t>(rank % ranks_per_host)];
}

const Device* find_device(const Devices& devices, std::string_view host, int gpu) {
    for (const HostDevices& one : devices.hosts) {
        if (one.host != host) continue;
        for (const Device& device : one.devices) {
            if (device.gpu == gpu) return &device;
        }
    }
    return nullptr;
}

Devices devices_of(const DeploymentSpec& spec, const Cluster& cluster) {
    Devices devices;
    for (const HostSpec& host : spec.hosts) {
        const std::string refusal = add_host(host, cluster, devices);
        if (!refusal.empty()) devices.refusal += (devices.refusal.empty() ? "" : "; ") + refusal;
    }
    if (spec.hosts.empty()) devices.refusal = "the spec names no host";
    if (!devices.refusal.empty()) return devices;

    const std::string with = names_of(devices, true), without = names_of(devices, false);
    if (!with.empty() && !without.empty()) {
        devices.refusal = fmt::format(
            "no GPU was seen on {}, but on {}: one engine runs on GPUs or on CPUs, not on both", without, with);
    } else if (with.empty()) {
        use_cpus(spec, devices);
    } else {
        level(devices);
    }
    sort_into_kinds(devices);
    return devices;
}

}  // namespace r1cluster::detail
