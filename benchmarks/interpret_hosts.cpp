// SPDX-License-Identifier: Apache-2.0
// How long it takes to interpret many recorded hosts, on one core, and whether it grows linearly.
//
// Usage: interpret_hosts RECORDING [HOSTS]
//
// Takes the hosts of the recording in turn until there are HOSTS of them (1024), interprets all, and a quarter of them.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/read/read.hpp"

namespace {

double seconds_for(const r1cluster::Recording& recording) {
    const auto begin = std::chrono::steady_clock::now();
    const r1cluster::Cluster cluster = r1cluster::interpret(recording);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (cluster.machines.size() != recording.hosts.size()) std::abort();
    return taken.count();
}

r1cluster::Recording repeated(const r1cluster::Recording& recording, std::size_t count) {
    r1cluster::Recording many;
    for (std::size_t i = 0; i < count; ++i) {
        many.hosts.push_back(recording.hosts[i % recording.hosts.size()]);
        many.hosts.back().host = "node" + std::to_string(i);
    }
    return many;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: interpret_hosts RECORDING [HOSTS]\n");
        return 2;
    }
    const std::size_t count = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 1024;
    const r1cluster::Recording recording = r1cluster::load_recording(argv[1]);
    const r1cluster::Recording all = repeated(recording, count), quarter = repeated(recording, count / 4);
    seconds_for(quarter);  // fills caches
    const double quarter_s = seconds_for(quarter), all_s = seconds_for(all);
    std::printf("%zu hosts: %.3f s, %.0f us each\n", count, all_s, 1e6 * all_s / static_cast<double>(count));
    std::printf("%zu hosts: %.3f s; four times as many take %.2f times as long\n", count / 4, quarter_s,
                all_s / quarter_s);
}
