// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/layout/layout.hpp"

/// Clusters by name, as values.
namespace r1cluster::testing {

inline Nic nic(std::string name, std::string address, NicKind kind = NicKind::physical) {
    Nic nic;
    nic.name = std::move(name);
    nic.kind = kind;
    nic.is_up = true;
    nic.addresses.push_back({.address = std::move(address), .prefix_length = 24});
    return nic;
}

inline Machine machine(const std::string& host, std::vector<Nic> nics, std::vector<Route> routes, int gpus = 0,
                       const std::string& compute_capability = "9.0") {
    Machine machine;
    machine.host = host;
    machine.boot_id = "boot-of-" + host;
    machine.cpu.threads = 64;
    machine.numa_nodes = {{.id = 0, .cpus = "0-31", .memory_bytes = 1}, {.id = 1, .cpus = "32-63", .memory_bytes = 1}};
    machine.nics = std::move(nics);
    machine.nics.push_back(nic("lo", "127.0.0.1", NicKind::loopback));
    machine.routes = std::move(routes);
    for (int i = 0; i < gpus; ++i) {
        Gpu gpu;
        gpu.nvml_index = i;
        gpu.compute_capability = compute_capability;
        gpu.memory_bytes = std::uint64_t{16} << 30;
        machine.gpus.push_back(gpu);
    }
    return machine;
}

inline Route route(std::string destination, std::string interface, std::string source) {
    return {.destination = std::move(destination),
            .interface = std::move(interface),
            .source_address = std::move(source),
            .gateway = {}};
}

inline HostSpec host(std::string name, std::string address) {
    HostSpec host;
    host.name = std::move(name);
    host.ssh = address;
    host.address = std::move(address);
    return host;
}

/// Rank by rank, the hosts of the spec filled one after the other.
inline Layout layout(const DeploymentSpec& spec, int tensor_parallel, int pipeline_parallel, bool is_on_gpus) {
    Layout layout;
    layout.engine.name = "vllm";
    layout.tensor_parallel = tensor_parallel;
    layout.pipeline_parallel = pipeline_parallel;
    const int per_host = layout.world_size() / static_cast<int>(spec.hosts.size());
    for (int rank = 0; rank < layout.world_size(); ++rank) {
        RankPlacement placement;
        placement.rank = rank;
        placement.tensor_rank = rank % tensor_parallel;
        placement.pipeline_rank = rank / tensor_parallel;
        placement.host = spec.hosts[static_cast<std::size_t>(rank / per_host)].name;
        if (is_on_gpus) placement.gpu = rank % per_host;
        layout.ranks.push_back(placement);
    }
    return layout;
}

/// A spec for these hosts, as validated() would leave it.
inline DeploymentSpec spec_for(std::vector<HostSpec> hosts, std::string model = "/data/r1", std::string name = "r1") {
    DeploymentSpec spec;
    spec.name = name;
    spec.hosts = std::move(hosts);
    spec.model = {.path = std::move(model), .served_name = std::move(name)};
    spec.engine.python = "/opt/vllm/bin/python";
    return spec;
}

/// Two hosts of eight H100; the interface towards the peer is named differently on each.
struct TwoByEight {
    DeploymentSpec spec = spec_for({host("node1", "10.0.0.1"), host("node2", "10.0.0.2")});
    Cluster cluster{
        .machines = {machine("node1", {nic("ens1", "10.0.0.1"), nic("ens9", "192.168.7.1")},
                             {route("10.0.0.2", "ens1", "10.0.0.1")}, 8),
                     machine("node2", {nic("enp24s0", "10.0.0.2"), nic("docker0", "172.17.0.1", NicKind::bridge)},
                             {route("10.0.0.1", "enp24s0", "10.0.0.2")}, 8)},
        .paths = {}};
    Layout layout = testing::layout(spec, 8, 2, true);
};

/// Two hosts that are parts of one machine without GPUs.
struct TwoOnLoopback {
    DeploymentSpec spec = spec_for({host("a", "127.0.0.1"), host("b", "127.0.0.2")}, "/data/tiny", "tiny");
    Cluster cluster{.machines = {machine("a", {}, {}), machine("b", {}, {})}, .paths = {}};
    Layout layout = testing::layout(spec, 1, 2, false);
    TwoOnLoopback() {
        for (Machine& machine : cluster.machines) machine.boot_id = "one";
        for (HostSpec& host : spec.hosts) host.transport = Transport::local;
    }
};

}  // namespace r1cluster::testing
