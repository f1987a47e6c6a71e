// SPDX-License-Identifier: Apache-2.0
#include "plan/host_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "plan/memory_model.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/plan/shard_plan.hpp"

namespace r1cluster::detail {
std::vector<HostLoad> host_loads(const EngineOptions& options, const Checkpoint& checkpoint, const Layout& layout) {
    std::vector<HostLoad> loads;
    for (const HostShards& shards : shard(layout, checkpoint, loading_of(options)).hosts) {
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
        load.because = fmt::format(
            "{} worker{} of 2 to 7 GiB{}{}; load_s is unset: how fast the disk is was not measured", ranks,
            ranks == 1 ? "" : "s", is_head ? ", API server and engine core" : "",
            swap > 0 ? fmt::format(", {} of swap space, pinned", format_bytes(static_cast<std::uint64_t>(swap))) : "");
        loads.push_back(std::move(load));
    }
    return loads;
}

}  // namespace r1cluster::detail
