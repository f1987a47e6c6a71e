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

/// Of Python for each tensor that a rank is shown, whether it keeps it or not; ranks work at the same time.
constexpr Interval tensor_us{30, 75, 150};

Interval load_s(const knowledge::StorageRate& storage, std::uint64_t bytes, std::size_t tensors) {
    const auto ends = [&](double gbytes_per_s, double us) {
        return static_cast<double>(bytes) / gbytes_per_s / 1e9 + static_cast<double>(tensors) * us / 1e6;
    };
    return {ends(storage.gbytes_per_s.high, tensor_us.low), ends(storage.gbytes_per_s.likely, tensor_us.likely),
            ends(storage.gbytes_per_s.low, tensor_us.high)};
}

}  // namespace

std::vector<HostLoad> host_loads(const EngineOptions& options, const Cluster& cluster, const Checkpoint& checkpoint,
                                 const Layout& layout) {
    std::vector<HostLoad> loads;
    for (const HostShards& shards : plan_shards(layout, checkpoint).hosts) {
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
        // Resident memory of a worker with CUDA's and NCCL's libraries, and of API server and engine core.
        const std::int64_t swap = ranks * options.swap_space_bytes;
        const WholeInterval server = is_head ? WholeInterval{3 * gib / 2, 5 * gib / 2, 5 * gib} : WholeInterval{};
        load.host_memory_bytes = {ranks * 2 * gib + server.low + swap, ranks * 4 * gib + server.likely + swap,
                                  ranks * 7 * gib + server.high + swap};
        load.load_s = load_s(storage, shards.bytes, checkpoint.tensor_count());
        load.because = fmt::format(
            "{} worker{} of 2 to 7 GiB{}{}; \"{}\" is on {}{}, {:g} ({:g} to {:g}) GB/s: {}", ranks,
            ranks == 1 ? "" : "s", is_head ? ", API server and engine core" : "",
            swap > 0 ? fmt::format(", {} of swap space, pinned", format_bytes(static_cast<std::uint64_t>(swap))) : "",
            checkpoint.path, storage.words, filesystem ? fmt::format(" ({})", filesystem->type) : "",
            storage.gbytes_per_s.likely, storage.gbytes_per_s.low, storage.gbytes_per_s.high, storage.source);
        loads.push_back(std::move(load));
    }
    return loads;
}

}  // namespace r1cluster::detail
