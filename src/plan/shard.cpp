// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/experts.hpp"
#include "model/families/family.hpp"
#include "plan/host_shares.hpp"
#include "plan/sharding.hpp"
#include "plan/weights.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace detail {
namespace {

struct PatternKey {
    SliceRule rule;
    bool is_expert;
    Cast cast;
    std::uint32_t stage_count;
    std::string dtype;
    std::vector<std::uint64_t> shape;
    auto operator<=>(const PatternKey&) const = default;
};

int bits_after(Cast cast, const Tensor& tensor) {
    switch (cast) {
        case Cast::none: break;
        case Cast::to_bfloat16:
        case Cast::to_float16: return 16;
        case Cast::to_float32: return 32;
    }
    return dtype_bits(tensor.dtype);
}

std::uint64_t bytes_in_memory(const Slice& slice, const Tensor& tensor) {
    std::uint64_t bytes = slice.bytes();
    if (slice.padding_rows > 0) bytes += slice.padding_rows * (tensor.size_bytes / tensor.shape[0]);
    if (slice.cast == Cast::none) return bytes;
    return bytes / static_cast<std::uint64_t>(dtype_bits(tensor.dtype)) *
           static_cast<std::uint64_t>(bits_after(slice.cast, tensor));
}

/// Finds or makes the pattern of a tensor.
class Patterns {
public:
    Patterns(const GroupSizes& sizes, const ModelConfig& config, const Loading& loading)
        : sizes_(sizes), config_(config), loading_(loading) {}

    std::uint32_t index_of(const PlacedTensor& placed, std::uint32_t stage_count) {
        const Tensor& tensor = *placed.tensor;
        const TensorPlace& place = placed.place;
        const Cast cast = placed.is_known ? cast_of(config_, tensor, place, loading_) : Cast::none;
        PatternKey key{place.rule, place.expert.has_value(), cast, stage_count, tensor.dtype, tensor.shape};
        const auto [known, is_new] = known_.try_emplace(std::move(key), static_cast<std::uint32_t>(patterns.size()));
        if (is_new) {
            patterns.push_back(made(tensor, place, cast, stage_count));
            memory_bytes.emplace_back();
            for (const Slice& slice : patterns.back().slices)
                memory_bytes.back().push_back(bytes_in_memory(slice, tensor));
        }
        return known->second;
    }

    std::vector<SlicePattern> patterns;
    std::vector<std::vector<std::uint64_t>> memory_bytes;  ///< of each pattern's slices

private:
    SlicePattern made(Tensor tensor, TensorPlace place, Cast cast, std::uint32_t stage_count) const {
        tensor.offset_bytes = 0;
        const bool is_whole_expert = sizes_.is_expert_parallel && place.expert;
        if (is_whole_expert) place = {.rule = SliceRule::replicate};
        SlicePattern pattern;
        for (int rank = 0; rank < sizes_.group_ranks(); ++rank) {
            const GroupRank group_rank{.tensor_rank = rank % sizes_.tensor_parallel,
                                       .tensor_parallel = sizes_.tensor_parallel,
                                       .data_rank = rank / sizes_.tensor_parallel,
                                       .data_parallel = sizes_.data_parallel,
                                       .is_expert_parallel = sizes_.is_expert_parallel,
                                       .expert_placement = loading_.expert_placement};
            Slice slice = slice_tensor(config_, tensor, place, group_rank);
            slice.cast = cast;
            pattern.slices.push_back(slice);
        }
        std::map<std::uint64_t, std::uint64_t> holders;  // by where the slice begins: others have no byte in common
        for (const Slice& slice : pattern.slices) holders[slice.offset_bytes] += slice.rows > 0 ? stage_count : 0;
        for (Slice& slice : pattern.slices) {
            const std::uint64_t replicas = is_whole_expert ? stage_count : holders[slice.offset_bytes];
            slice.replicas = static_cast<std::uint16_t>(slice.rows > 0 ? std::min<std::uint64_t>(replicas, 65'535) : 1);
        }
        return pattern;
    }

    const GroupSizes& sizes_;
    const ModelConfig& config_;
    const Loading& loading_;
    std::map<PatternKey, std::uint32_t> known_;
};

/// Which layers each stage has.
class Stages {
public:
    Stages(const GroupSizes& sizes, const std::vector<RankSeat>& seats, std::int64_t layers)
        : last_(static_cast<std::uint32_t>(sizes.pipeline_parallel - 1)),
          of_layer_(static_cast<std::size_t>(layers), nobodys) {
        for (const RankSeat& seat : seats) {
            for (std::int64_t i = 0; i < seat.layer_count; ++i) {
                const std::int64_t layer = seat.first_layer + i;
                if (layer >= 0 && layer < layers) of_layer_[static_cast<std::size_t>(layer)] = seat.stage;
            }
        }
    }

    /// nullopt: no rank of the layout reads it.
    std::optional<StageSet> of(const PlacedTensor& tensor) const {
        if (tensor.is_everywhere) return StageSet{0, last_, true};
        const TensorPlace& place = tensor.place;
        const bool is_main_layer = place.layer && *place.layer < static_cast<std::int64_t>(of_layer_.size());
        if (is_main_layer) {
            const std::uint32_t stage = of_layer_[static_cast<std::size_t>(*place.layer)];
            return stage == nobodys ? std::nullopt : std::optional(StageSet{stage, stage, false});
        }
        if (!place.is_on_first_stage && !place.is_on_last_stage) return std::nullopt;
        return StageSet{place.is_on_first_stage ? 0 : last_, place.is_on_last_stage ? last_ : 0, false};
    }

private:
    static constexpr std::uint32_t nobodys = ~0u;
    std::uint32_t last_;
    std::vector<std::uint32_t> of_layer_;
};

/// How many tensors of each pattern the ranks of a stage read.
class TensorCounts {
public:
    explicit TensorCounts(const GroupSizes& sizes) : width_(static_cast<std::size_t>(sizes.group_ranks()) + 1) {}

    void add(const PlannedTensor& tensor) {
        const std::size_t at = tensor.pattern * width_;
        if (counts_.size() < at + width_) counts_.resize(at + width_);
        ++counts_[at + static_cast<std::size_t>(tensor.only_holder + 1)];
    }
    std::uint64_t of(std::size_t pattern, std::int32_t group_rank) const {
        const std::size_t at = pattern * width_;
        return at < counts_.size() ? counts_[at] + counts_[at + static_cast<std::size_t>(group_rank) + 1] : 0;
    }

private:
    std::size_t width_;  ///< tensors that all ranks read, then for each rank those that it alone reads
    std::vector<std::uint64_t> counts_;
};

void check_seats(const GroupSizes& sizes, const std::vector<RankSeat>& seats) {
    const auto stages = static_cast<std::uint32_t>(sizes.pipeline_parallel);
    for (const RankSeat& seat : seats) {
        if (seat.stage < stages && seat.group_rank >= 0 && seat.group_rank < sizes.group_ranks()) continue;
        throw Error(
            ErrorKind::invalid_input, std::to_string(seat.rank),
            fmt::format("sharding: rank {} is rank {} of pipeline stage {}, but the layout has {} ranks in each of "
                        "{} stages",
                        seat.rank, seat.group_rank, seat.stage, sizes.group_ranks(), stages));
    }
}

}  // namespace

ShardPlan shard(const GroupSizes& sizes, const std::vector<RankSeat>& seats, const Checkpoint& checkpoint,
                const Loading& loading) {
    check_seats(sizes, seats);
    const ModelConfig config = loaded_config(checkpoint, engine_of(loading));
    const Stages stages(sizes, seats, config.layers);
    Patterns patterns(sizes, config, loading);
    HostShares shares(seats, checkpoint);
    ShardPlan plan;
    for (const ShardFile& file : checkpoint.files) plan.files.push_back(file.name);
    plan.stages.resize(static_cast<std::size_t>(sizes.pipeline_parallel));
    std::vector<TensorCounts> counts(plan.stages.size(), TensorCounts(sizes));
    for (const PlacedTensor& placed : placed_tensors(checkpoint, loading)) {
        const std::optional<StageSet> read_by = stages.of(placed);
        if (!read_by) continue;
        PlannedTensor tensor{placed.file_index, placed.tensor_index, placed.tensor->offset_bytes, 0, -1};
        tensor.pattern = patterns.index_of(placed, read_by->count());
        if (sizes.is_expert_parallel && placed.place.expert) {
            tensor.only_holder = static_cast<std::int32_t>(
                rank_of_expert(config, *placed.place.expert, static_cast<std::uint64_t>(sizes.group_ranks()),
                               loading.expert_placement));
        }
        shares.add(tensor, patterns.patterns[tensor.pattern], *read_by);
        for (std::uint32_t stage = read_by->first; stage <= read_by->last; ++stage) {
            if (!read_by->contains(stage)) continue;
            plan.stages[stage].tensors.push_back(tensor);
            counts[stage].add(tensor);
        }
    }
    for (const RankSeat& seat : seats) {
        RankShards rank{seat.rank, static_cast<int>(seat.stage), seat.group_rank};
        for (std::size_t i = 0; i < patterns.patterns.size(); ++i) {
            const std::uint64_t count = counts[seat.stage].of(i, seat.group_rank);
            const auto group_rank = static_cast<std::size_t>(seat.group_rank);
            const Slice& slice = patterns.patterns[i].slices[group_rank];
            rank.slice_count += slice.rows > 0 || slice.padding_rows > 0 ? count : 0;
            rank.bytes += count * slice.bytes();
            rank.memory_bytes += count * patterns.memory_bytes[i][group_rank];
        }
        plan.ranks.push_back(rank);
    }
    plan.patterns = std::move(patterns.patterns);
    plan.hosts = std::move(shares.hosts);
    return plan;
}

}  // namespace detail

ShardPlan shard(const Layout& layout, const Checkpoint& checkpoint, const Loading& loading) {
    const detail::GroupSizes sizes{.tensor_parallel = layout.tensor_parallel,
                                   .pipeline_parallel = layout.pipeline_parallel,
                                   .data_parallel = layout.data_parallel,
                                   .is_expert_parallel = layout.is_expert_parallel};
    std::vector<detail::RankSeat> seats;
    for (const RankPlacement& rank : layout.ranks) {
        seats.push_back({.rank = rank.rank,
                         .host = rank.host,
                         .stage = static_cast<std::uint32_t>(rank.pipeline_rank),
                         .group_rank = rank.data_rank * layout.tensor_parallel + rank.tensor_rank,
                         .first_layer = rank.first_layer,
                         .layer_count = rank.layer_count});
    }
    return detail::shard(sizes, seats, checkpoint, loading);
}

}  // namespace r1cluster
