// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

struct Device {
    std::optional<int> gpu;                              ///< unset: a process on the CPU
    std::uint64_t memory_bytes = 0;                      ///< of the GPU
    std::string name;                                    ///< "NVIDIA H100 80GB HBM3"; empty: not seen
    std::string compute_capability;                      ///< "9.0"; empty: not seen
    std::optional<std::uint64_t> memory_reserved_bytes;  ///< of memory_bytes, by the driver; unset: not seen
    std::size_t kind = 0;                                ///< in Devices::kinds
};

struct HostDevices {
    std::string host;
    std::vector<Device> devices;
    std::optional<std::uint64_t> memory_available_bytes;  ///< of the host
    std::string memory_gap;                               ///< why that was not seen
};

/// What ranks can run on, host by host in the spec's order.
struct Devices {
    std::vector<HostDevices> hosts;
    bool is_gpu = true;
    std::string refusal;        ///< not empty: these hosts cannot serve together, and why
    std::string note;           ///< what a reader of the plan should know: GPUs that stay unused
    int per_host = 0;           ///< devices of each host that can be used: the engine wants as many on each
    std::vector<Device> kinds;  ///< one of each: equal name, capability and memory
};

/// Whether ranks of one tensor-parallel group may be on both: they compute in step, and each gets an equal part.
bool is_alike(const Device& a, const Device& b);

/// The device of this rank, with `ranks_per_host` on each host.
const Device& device_of(const Devices& devices, int ranks_per_host, int rank);
/// That GPU of that host; nullptr where there is none.
const Device* find_device(const Devices& devices, std::string_view host, int gpu);

Devices devices_of(const DeploymentSpec& spec, const Cluster& cluster);

}  // namespace r1cluster::detail
