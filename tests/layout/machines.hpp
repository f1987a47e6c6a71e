// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Clusters and specs by hand.

#include <string>
#include <vector>

#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::test {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

inline Machine gpu_machine(const std::string& host, int gpus, std::uint64_t memory_bytes) {
    Machine machine;
    machine.host = host;
    for (int i = 0; i < gpus; ++i) {
        Gpu gpu;
        gpu.nvml_index = i;
        if (memory_bytes > 0) gpu.memory_bytes = memory_bytes;
        machine.gpus.push_back(gpu);
    }
    return machine;
}

inline Machine cpu_machine(const std::string& host, std::uint64_t available_bytes) {
    Machine machine;
    machine.host = host;
    machine.memory_available_bytes = available_bytes;
    return machine;
}

inline DeploymentSpec spec_for(const Cluster& cluster) {
    DeploymentSpec spec;
    for (const Machine& machine : cluster.machines) {
        HostSpec host;
        host.name = machine.host;
        spec.hosts.push_back(host);
    }
    return spec;
}

/// All GPUs of a machine as these.
inline void name_gpus(Machine& machine, const std::string& name, const std::string& compute_capability) {
    for (Gpu& gpu : machine.gpus) {
        gpu.name = name;
        gpu.compute_capability = compute_capability;
    }
}

/// `hosts` machines of eight H100 with 80 GB each: a, b, c, ...
inline Cluster h100_hosts(int hosts) {
    Cluster cluster;
    for (int i = 0; i < hosts; ++i) {
        cluster.machines.push_back(gpu_machine(std::string(1, static_cast<char>('a' + i)), 8, 85'520'809'984));
    }
    return cluster;
}

}  // namespace r1cluster::test
