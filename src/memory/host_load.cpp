// SPDX-License-Identifier: Apache-2.0
#include "memory/host_load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/memory_model.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/shard/shard_plan.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::MemoryFigure;

/// Ranks work at the same time.
Interval load_s(const knowledge::StorageRate& storage, const Interval& tensor_us, std::uint64_t bytes,
                std::size_t tensors) {
    const auto ends = [&](double gbytes_per_s, double us) {
        return static_cast<double>(bytes) / gbytes_per_s / 1e9 + static_cast<double>(tensors) * us / 1e6;
    };
    return {ends(storage.gbytes_per_s.high, tensor_us.low), ends(storage.gbytes_per_s.likely, tensor_us.likely),
            ends(storage.gbytes_per_s.low, tensor_us.high)};
}

WholeInterval gib_of(const Interval& figure, std::int64_t count) {
    const auto bytes = [&](double one) { return count * static_cast<std::int64_t>(one * static_cast<double>(gib)); };
    return {bytes(figure.low), bytes(figure.likely), bytes(figure.high)};
}

}  // namespace

std::vector<HostLoad> host_loads(const EngineOptions& options, const Cluster& cluster, const Checkpoint& checkpoint,
                                 const Layout& layout) {
    const Interval& worker_gib = options.knowledge->figure(MemoryFigure::worker_gib);
    const Interval& server_gib = options.knowledge->figure(MemoryFigure::server_gib);
    std::vector<HostLoad> loads;
    for (const HostShards& shards : plan_shards(layout, checkpoint, *options.knowledge).hosts) {
        const Machine* machine = cluster.find(shards.host);
        const Filesystem* filesystem = machine ? machine->find_filesystem(checkpoint.path) : nullptr;
        const knowledge::StorageRate& storage =
            options.knowledge->find_storage_rate(filesystem ? filesystem->type : "");
        const auto ranks = std::count_if(layout.ranks.begin(), layout.ranks.end(),
                                         [&](const RankPlacement& rank) { return rank.host == shards.host; });
        const bool is_head = loads.empty();
        HostLoad load;
        load.host = shards.host;
        load.read_bytes = shards.bytes;
        const std::int64_t swap = ranks * options.swap_space_bytes;
        const WholeInterval workers = gib_of(worker_gib, ranks), server = gib_of(server_gib, is_head ? 1 : 0);
        load.host_memory_bytes = {workers.low + server.low + swap, workers.likely + server.likely + swap,
                                  workers.high + server.high + swap};
        load.load_s = load_s(storage, options.knowledge->figure(MemoryFigure::tensor_us), shards.bytes,
                             checkpoint.tensor_count());
        load.because = fmt::format(
            "{} worker{} of {:g} to {:g} GiB{}{}; \"{}\" is on {}{}, {:g} ({:g} to {:g}) GB/s: {}", ranks,
            ranks == 1 ? "" : "s", worker_gib.low, worker_gib.high, is_head ? ", API server and engine core" : "",
            swap > 0 ? fmt::format(", {} of swap space, pinned", format_bytes(static_cast<std::uint64_t>(swap))) : "",
            checkpoint.path, storage.words, filesystem ? fmt::format(" ({})", filesystem->type) : "",
            storage.gbytes_per_s.likely, storage.gbytes_per_s.low, storage.gbytes_per_s.high, storage.source);
        loads.push_back(std::move(load));
    }
    return loads;
}

}  // namespace r1cluster::detail
