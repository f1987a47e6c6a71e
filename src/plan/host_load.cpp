// SPDX-License-Identifier: Apache-2.0
#include "plan/host_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "plan/memory_model.hpp"
#include "plan/weights.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

/// Ranks of one host on one stage of the pipeline.
struct LocalStage {
    std::int64_t first_layer = 0;
    std::int64_t layer_count = 0;
    bool is_first = false;
    bool is_last = false;
    std::set<int> tensor_ranks;
};

std::vector<LocalStage> local_stages(const Layout& layout, const std::string& host) {
    std::vector<LocalStage> stages;
    for (const RankPlacement& rank : layout.ranks) {
        if (rank.host != host) continue;
        auto stage = std::find_if(stages.begin(), stages.end(),
                                  [&](const LocalStage& seen) { return seen.first_layer == rank.first_layer; });
        if (stage == stages.end()) {
            stages.push_back({rank.first_layer, rank.layer_count, rank.pipeline_rank == 0,
                              rank.pipeline_rank == layout.pipeline_parallel - 1, {}});
            stage = stages.end() - 1;
        }
        stage->tensor_ranks.insert(rank.tensor_rank);
    }
    return stages;
}

/// Bytes of one tensor that these ranks read, each byte once. Slices are the same or have nothing in common.
std::uint64_t union_bytes(const ModelConfig& config, const PlacedTensor& placed, const std::set<int>& tensor_ranks,
                          int tensor_parallel) {
    if (tensor_ranks.size() == static_cast<std::size_t>(tensor_parallel)) return placed.tensor->size_bytes;
    std::set<std::uint64_t> begins;
    std::uint64_t bytes = 0;
    for (const int rank : tensor_ranks) {
        const Slice slice = slice_tensor(config, *placed.file, *placed.tensor, placed.place, rank, tensor_parallel);
        if (begins.insert(slice.offset_bytes).second) bytes += slice.bytes();
    }
    return bytes;
}

std::uint64_t read_bytes(const Checkpoint& checkpoint, const std::vector<PlacedTensor>& tensors, const Layout& layout,
                         const std::string& host) {
    const std::vector<LocalStage> stages = local_stages(layout, host);
    std::uint64_t bytes = 0;
    for (const PlacedTensor& placed : tensors) {
        std::set<int> readers;
        for (const LocalStage& stage : stages) {
            if (!placed.is_on(stage.first_layer, stage.layer_count, stage.is_first, stage.is_last)) continue;
            readers.insert(stage.tensor_ranks.begin(), stage.tensor_ranks.end());
        }
        if (!readers.empty()) bytes += union_bytes(checkpoint.config, placed, readers, layout.tensor_parallel);
    }
    return bytes;
}

std::vector<std::string> hosts_of(const Layout& layout) {
    std::vector<std::string> hosts;
    for (const RankPlacement& rank : layout.ranks) {
        if (std::find(hosts.begin(), hosts.end(), rank.host) == hosts.end()) hosts.push_back(rank.host);
    }
    return hosts;
}

}  // namespace

std::vector<HostLoad> host_loads(const EngineOptions& options, const Checkpoint& checkpoint, const Layout& layout) {
    const std::vector<PlacedTensor> tensors = placed_tensors(checkpoint, loading_of(options));
    std::vector<HostLoad> loads;
    for (const std::string& host : hosts_of(layout)) {
        const auto ranks = std::count_if(layout.ranks.begin(), layout.ranks.end(),
                                         [&](const RankPlacement& rank) { return rank.host == host; });
        const bool is_head = loads.empty();
        HostLoad load;
        load.host = host;
        load.read_bytes = read_bytes(checkpoint, tensors, layout, host);
        // Resident memory of a worker with CUDA's and NCCL's libraries, and of API server and engine core.
        const std::int64_t swap = ranks * options.swap_space_bytes;
        const WholeInterval server = is_head ? WholeInterval{3 * gib / 2, 5 * gib / 2, 5 * gib} : WholeInterval{};
        load.host_memory_bytes = {ranks * 2 * gib + server.low + swap, ranks * 4 * gib + server.likely + swap,
                                  ranks * 7 * gib + server.high + swap};
        load.because = fmt::format("{} worker{} of 2 to 7 GiB{}{}; load_s is unset: how fast the disk is was not measured",
                                   ranks, ranks == 1 ? "" : "s", is_head ? ", API server and engine core" : "",
                                   swap > 0 ? fmt::format(", {} of swap space, pinned",
                                                          format_bytes(static_cast<std::uint64_t>(swap)))
                                            : "");
        loads.push_back(std::move(load));
    }
    return loads;
}

}  // namespace r1cluster::detail
