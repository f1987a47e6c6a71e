// SPDX-License-Identifier: Apache-2.0
// How long a plan of R1 takes, headers parsed, on one core: every layout of 16 and of 1,024 hosts of eight H100, for
// the goal with most to search. The least of several runs, because others use the machine too.
//
// Usage: search_layouts [RUNS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "model/synthetic.hpp"
#include "r1cluster/plan/plan.hpp"

namespace {

r1cluster::Cluster h100_hosts(int count) {
    r1cluster::Cluster cluster;
    for (int i = 0; i < count; ++i) {
        r1cluster::Machine& machine = cluster.machines.emplace_back();
        machine.host = "node" + std::to_string(i);
        for (int g = 0; g < 8; ++g) {
            r1cluster::Gpu& gpu = machine.gpus.emplace_back();
            gpu.nvml_index = g;
            gpu.name = "NVIDIA H100 80GB HBM3";
            gpu.compute_capability = "9.0";
            gpu.memory_bytes = 85'520'809'984;
        }
    }
    return cluster;
}

void measure(int hosts, const char* goal, int runs) {
    const r1cluster::Cluster cluster = h100_hosts(hosts);
    r1cluster::DeploymentSpec spec;
    for (const r1cluster::Machine& machine : cluster.machines) spec.hosts.push_back({.name = machine.host});
    spec.serve.goal = r1cluster::parse_goal(goal);
    double least = 1e9;
    std::size_t listed = 0;
    std::int64_t possible = 0, rejected = 0;
    for (int run = 0; run < runs; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        const r1cluster::Plan plan = r1cluster::plan_layouts(spec, cluster, r1cluster::test::r1());
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        least = std::min(least, taken.count());
        listed = plan.layouts.size();
        possible = static_cast<std::int64_t>(listed) + plan.unlisted;
        rejected = 0;
        for (const r1cluster::RejectedLayout& one : plan.rejected) rejected += one.count;
    }
    std::printf("%5d hosts x 8, for %s: %.3f s; %zu listed of %lld possible, %lld rejected\n", hosts, goal, least,
                listed, static_cast<long long>(possible), static_cast<long long>(rejected));
}

}  // namespace

int main(int argc, char** argv) {
    const int runs = argc > 1 ? std::atoi(argv[1]) : 3;
    for (const int hosts : {2, 16, 1024}) {
        measure(hosts, "latency", runs);
        measure(hosts, "throughput", runs);
    }
}
