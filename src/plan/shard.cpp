// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plan/weights.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/plan/shard_plan.hpp"

namespace r1cluster {
namespace {

using detail::PlacedTensor;

bool holds(const RankPlacement& rank, const PlacedTensor& tensor, const Layout& layout) {
    return tensor.is_on(rank.first_layer, rank.layer_count, rank.pipeline_rank == 0,
                        rank.pipeline_rank == layout.pipeline_parallel - 1);
}

/// Where in `plan.hosts` this host is; it is added at the end when it is not there.
std::size_t index_of(ShardPlan& plan, const std::string& host) {
    const auto found = std::find_if(plan.hosts.begin(), plan.hosts.end(),
                                    [&](const HostShards& shards) { return shards.host == host; });
    const auto index = static_cast<std::size_t>(found - plan.hosts.begin());
    if (found == plan.hosts.end()) plan.hosts.push_back({host, {}, 0});
    return index;
}

void add_to_host(HostShards& host, const ShardFile& file, std::uint64_t bytes) {
    if (host.files.empty() || host.files.back().file != file.name) {
        std::uint64_t file_bytes = 0;
        for (const Tensor& tensor : file.tensors) file_bytes += tensor.size_bytes;
        host.files.push_back({file.name, 0, file_bytes});
    }
    host.files.back().bytes += bytes;
    host.bytes += bytes;
}

/// Slices of one tensor that a host has already. Two of them are the same bytes or have none in common, so
/// where one begins tells it.
using SeenSlices = std::vector<std::pair<std::size_t, std::uint64_t>>;

bool add(SeenSlices& seen, std::size_t host, std::uint64_t offset_bytes) {
    const std::pair slice{host, offset_bytes};
    if (std::find(seen.begin(), seen.end(), slice) != seen.end()) return false;
    seen.push_back(slice);
    return true;
}

}  // namespace

ShardPlan shard(const Layout& layout, const Checkpoint& checkpoint, const std::optional<Version>& engine) {
    ShardPlan plan;
    std::vector<std::size_t> host_of_rank;
    for (const RankPlacement& rank : layout.ranks) {
        plan.ranks.push_back({rank.rank, {}, 0});
        host_of_rank.push_back(index_of(plan, rank.host));
    }
    for (const PlacedTensor& tensor : detail::placed_tensors(checkpoint, engine)) {
        SeenSlices seen;
        for (std::size_t i = 0; i < layout.ranks.size(); ++i) {
            const RankPlacement& rank = layout.ranks[i];
            if (!holds(rank, tensor, layout)) continue;
            Slice slice = slice_tensor(checkpoint.config, *tensor.file, *tensor.tensor, tensor.place, rank.tensor_rank,
                                       layout.tensor_parallel);
            const std::uint64_t bytes = slice.bytes();
            if (bytes == 0) continue;
            if (add(seen, host_of_rank[i], slice.offset_bytes)) {
                add_to_host(plan.hosts[host_of_rank[i]], *tensor.file, bytes);
            }
            plan.ranks[i].bytes += bytes;
            plan.ranks[i].slices.push_back(std::move(slice));
        }
    }
    return plan;
}

}  // namespace r1cluster
