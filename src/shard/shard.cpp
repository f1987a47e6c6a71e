// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "model/experts.hpp"
#include "model/families/family.hpp"
#include "r1cluster/base/error.hpp"
#include "shard/host_shares.hpp"
#include "shard/sharding.hpp"

namespace r1cluster {
namespace detail {
namespace {

int bits_after(Cast cast, std::string_view dtype) {
    switch (cast) {
        case Cast::none: break;
        case Cast::to_bfloat16:
        case Cast::to_float16: return 16;
        case Cast::to_float32: return 32;
    }
    return dtype_bits(dtype);
}

std::uint64_t bytes_in_memory(const Slice& slice, const Tensor& tensor) {
    std::uint64_t bytes = slice.bytes();
    if (slice.padding_rows > 0) bytes += slice.padding_rows * (tensor.size_bytes / tensor.shape[0]);
    if (slice.cast == Cast::none) return bytes;
    const auto from = static_cast<std::uint64_t>(dtype_bits(tensor.dtype));
    return bytes / from * static_cast<std::uint64_t>(bits_after(slice.cast, tensor.dtype));
}

/// Patterns of all tensors so far. Those of one rule, dtype and shape share one.
class Patterns {
public:
    Patterns(const GroupSizes& sizes, const ModelConfig& config, const Loader& loader)
        : sizes_(sizes), config_(config), loader_(loader) {}

    /// Of a tensor, by its place (nullptr: not known) and the number of stages that read it.
    std::uint32_t index_of(const Tensor& tensor, const TensorPlace* place, std::uint32_t stage_count) {
        const SliceRule rule = place ? place->rule : SliceRule::replicate;
        const Cast cast = place ? cast_of(config_, tensor, *place, loader_) : Cast::none;
        Key key{rule, place && place->expert, cast, stage_count, tensor.dtype, tensor.shape};
        const auto [known, is_new] = known_.try_emplace(std::move(key), static_cast<std::uint32_t>(patterns.size()));
        if (is_new) make(tensor, place ? *place : TensorPlace{}, cast, stage_count);
        return known->second;
    }

    std::vector<SlicePattern> patterns;
    std::vector<std::vector<std::uint64_t>> memory_bytes;  ///< of each pattern's slices

private:
    using Key = std::tuple<SliceRule, bool, Cast, std::uint32_t, std::string, std::vector<std::uint64_t>>;

    void make(Tensor tensor, TensorPlace place, Cast cast, std::uint32_t stage_count) {
        tensor.offset_bytes = 0;
        const bool is_whole_expert = sizes_.is_expert_parallel && place.expert;
        if (is_whole_expert) place = {};
        SlicePattern pattern;
        for (int rank = 0; rank < sizes_.group_ranks(); ++rank) {
            pattern.slices.push_back(slice_tensor(config_, tensor, place, sizes_.rank(rank), loader_));
            pattern.slices.back().cast = cast;
        }
        std::map<std::uint64_t, std::uint64_t> holders;  // by where the slice begins: others have no byte in common
        for (const Slice& slice : pattern.slices) holders[slice.offset_bytes] += slice.rows > 0 ? stage_count : 0;
        memory_bytes.emplace_back();
        for (Slice& slice : pattern.slices) {
            const std::uint64_t replicas = is_whole_expert ? stage_count : holders[slice.offset_bytes];
            if (slice.rows > 0) slice.replicas = static_cast<std::uint16_t>(std::min<std::uint64_t>(replicas, 65'535));
            memory_bytes.back().push_back(bytes_in_memory(slice, tensor));
        }
        patterns.push_back(std::move(pattern));
    }

    const GroupSizes& sizes_;
    const ModelConfig& config_;
    const Loader& loader_;
    std::map<Key, std::uint32_t> known_;
};

/// Which layers each stage has.
class Stages {
public:
    Stages(const GroupSizes& sizes, const std::vector<RankPosition>& positions, std::int64_t layers)
        : last_(static_cast<std::uint32_t>(sizes.pipeline_parallel - 1)),
          of_layer_(static_cast<std::size_t>(layers), nobodys) {
        for (const RankPosition& position : positions) {
            for (std::int64_t i = 0; i < position.layer_count; ++i) {
                const std::int64_t layer = position.first_layer + i;
                if (layer >= 0 && layer < layers) of_layer_[static_cast<std::size_t>(layer)] = position.stage;
            }
        }
    }

    /// nullopt: not of a layer that a stage has.
    std::optional<std::uint32_t> of_main_layer(const FamilyRules::OfName& name,
                                               const std::array<std::uint32_t, 2>& numbers) const {
        if (!name.is_in_layer || numbers[0] >= of_layer_.size() || of_layer_[numbers[0]] == nobodys)
            return std::nullopt;
        return of_layer_[numbers[0]];
    }

    /// nullopt: no rank of the layout reads it.
    std::optional<StageSet> of(const std::optional<TensorPlace>& place) const {
        if (!place) return StageSet{0, last_, true};
        if (place->is_skipped) return std::nullopt;
        if (place->is_on_every_stage) return StageSet{0, last_, true};
        if (place->layer && static_cast<std::size_t>(*place->layer) < of_layer_.size()) {
            const std::uint32_t stage = of_layer_[static_cast<std::size_t>(*place->layer)];
            return stage == nobodys ? std::nullopt : std::optional(StageSet{stage, stage, false});
        }
        return StageSet{place->is_on_first_stage ? 0 : last_, place->is_on_last_stage ? last_ : 0, false};
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

    void add(std::size_t pattern, std::int32_t only_holder, std::uint64_t tensors) {
        const std::size_t at = pattern * width_;
        if (counts_.size() < at + width_) counts_.resize(at + width_);
        counts_[at + static_cast<std::size_t>(only_holder + 1)] += tensors;
    }
    std::uint64_t of(std::size_t pattern, std::int32_t group_rank) const {
        const std::size_t at = pattern * width_;
        return at < counts_.size() ? counts_[at] + counts_[at + static_cast<std::size_t>(group_rank) + 1] : 0;
    }

private:
    std::size_t width_;  ///< tensors that all ranks read, then for each rank those that it alone reads
    std::vector<std::uint64_t> counts_;
};

void check_positions(const GroupSizes& sizes, const std::vector<RankPosition>& positions) {
    const auto stages = static_cast<std::uint32_t>(sizes.pipeline_parallel);
    for (const RankPosition& position : positions) {
        if (position.stage < stages && position.group_rank >= 0 && position.group_rank < sizes.group_ranks()) continue;
        throw Error(
            ErrorKind::invalid_input, std::to_string(position.rank),
            fmt::format("sharding: rank {} is rank {} of pipeline stage {}, but the layout has {} ranks in each of "
                        "{} stages",
                        position.rank, position.group_rank, position.stage, sizes.group_ranks(), stages));
    }
}

/// The plan while its tensors are added, file by file.
class Sharding {
public:
    Sharding(const GroupSizes& sizes, const std::vector<RankPosition>& positions, const Checkpoint& checkpoint,
             const Loader& loader)
        : sizes_(sizes),
          positions_(positions),
          checkpoint_(checkpoint),
          loader_(loader),
          config_(loaded_config(checkpoint, loader)),
          rules_(family_with_rules(config_), config_, loader_),
          stages_(sizes, positions, config_.layers),
          patterns_(sizes_, config_, loader_),
          shares_(positions),
          counts_(static_cast<std::size_t>(sizes.pipeline_parallel), TensorCounts(sizes)) {
        const std::int64_t experts = sizes.is_expert_parallel && config_.experts ? config_.experts->routed : 0;
        const auto group_ranks = static_cast<std::uint64_t>(sizes.group_ranks());
        for (std::int64_t expert = 0; expert < experts; ++expert) {
            holders_.push_back(static_cast<std::int32_t>(rank_of_expert(config_, expert, group_ranks, loader)));
        }
        plan_.stages.resize(counts_.size());
        // Stages of a good layout differ by little; to grow would be to copy them.
        const std::size_t count = checkpoint.tensor_count();
        for (StageShards& stage : plan_.stages) stage.tensors.reserve(count / counts_.size() + count / 8);
    }

    void add_file(std::uint32_t index);
    ShardPlan finish();

private:
    /// A kind of tensor, and the place of the last one that was looked at.
    struct OfKind {
        const TensorKind* kind = nullptr;
        FamilyRules::OfName name;
        std::optional<std::uint32_t> stage;  ///< that has its layer; unset: the place is not to be used again
        StageSet read_by;
        std::uint32_t pattern = 0;
        bool is_read = false;
        bool is_whole_expert = false;
        std::uint64_t uncounted = 0;  ///< tensors with this place that the sums do not have yet
    };
    /// Its index in kinds_.
    std::uint32_t find_kind(const TensorKind& kind);
    /// False: no rank reads this tensor.
    bool find_place(OfKind& kind, const TensorList& tensors, std::uint32_t index);
    void count(const ShardFile& file, const OfKind& kind, std::int32_t only_holder, std::uint64_t tensors);
    RankShards rank_shards(const RankPosition& position) const;

    const GroupSizes& sizes_;
    const std::vector<RankPosition>& positions_;
    const Checkpoint& checkpoint_;
    const Loader& loader_;
    ModelConfig config_;
    FamilyRules rules_;
    Stages stages_;
    Patterns patterns_;
    HostShares shares_;
    std::vector<std::int32_t> holders_;  ///< of each expert, under expert parallelism
    std::vector<TensorCounts> counts_;
    std::vector<OfKind> kinds_;
    std::unordered_map<std::string_view, std::uint32_t> kind_of_name_;  ///< the last that was looked for
    ShardPlan plan_;
};

std::uint32_t Sharding::find_kind(const TensorKind& kind) {
    const auto next = static_cast<std::uint32_t>(kinds_.size());
    const auto [known, is_new] = kind_of_name_.try_emplace(kind.name, next);
    if (is_new || *kinds_[known->second].kind != kind) {
        known->second = next;
        kinds_.push_back({.kind = &kind, .name = rules_.of(kind.name, kind.number_count)});
    }
    return known->second;
}

bool Sharding::find_place(OfKind& kind, const TensorList& tensors, std::uint32_t index) {
    const TensorEntry& entry = tensors.entries()[index];
    const std::optional<TensorPlace> place = rules_.place(kind.name, entry.numbers);
    const std::optional<StageSet> read_by = stages_.of(place);
    kind.stage = place ? stages_.of_main_layer(kind.name, entry.numbers) : std::nullopt;
    kind.is_read = read_by.has_value();
    if (!read_by) return false;
    kind.read_by = *read_by;
    kind.is_whole_expert = sizes_.is_expert_parallel && place && place->expert;
    kind.pattern = patterns_.index_of(tensors[index], place ? &*place : nullptr, read_by->count());
    return true;
}

void Sharding::count(const ShardFile& file, const OfKind& kind, std::int32_t only_holder, std::uint64_t tensors) {
    const SlicePattern& pattern = patterns_.patterns[kind.pattern];
    shares_.add(file, shares_.shares_of(kind.pattern, pattern, kind.read_by, only_holder), tensors);
    for (std::uint32_t stage = kind.read_by.first; stage <= kind.read_by.last; ++stage) {
        if (kind.read_by.contains(stage)) counts_[stage].add(kind.pattern, only_holder, tensors);
    }
}

void Sharding::add_file(std::uint32_t index) {
    const ShardFile& file = checkpoint_.files[index];
    const TensorList& tensors = file.tensors;
    std::vector<std::uint32_t> kinds;
    for (const TensorKind& kind : tensors.kinds()) kinds.push_back(find_kind(kind));
    const auto count_all = [&](OfKind& kind) {
        if (kind.uncounted > 0) count(file, kind, -1, kind.uncounted);
        kind.uncounted = 0;
    };
    for (std::uint32_t i = 0; i < tensors.size(); ++i) {
        const TensorEntry& entry = tensors.entries()[i];
        OfKind& kind = kinds_[kinds[entry.kind]];
        // Tensors of one kind in the layers of one stage have one place, but for their expert.
        const bool is_same_place = kind.stage && kind.stage == stages_.of_main_layer(kind.name, entry.numbers) &&
                                   rules_.is_known(kind.name, entry.numbers);
        if (!is_same_place) count_all(kind);
        if (is_same_place ? !kind.is_read : !find_place(kind, tensors, i)) continue;
        PlannedTensor tensor{index, i, entry.offset_bytes, kind.pattern, -1};
        if (kind.is_whole_expert) {
            tensor.only_holder = holders_[entry.numbers[1]];
            count(file, kind, tensor.only_holder, 1);
        } else {
            ++kind.uncounted;
        }
        for (std::uint32_t stage = kind.read_by.first; stage <= kind.read_by.last; ++stage) {
            if (kind.read_by.contains(stage)) plan_.stages[stage].tensors.push_back(tensor);
        }
    }
    for (const std::uint32_t kind : kinds) count_all(kinds_[kind]);
}

RankShards Sharding::rank_shards(const RankPosition& position) const {
    RankShards rank{
        .rank = position.rank, .stage = static_cast<int>(position.stage), .group_rank = position.group_rank};
    const auto group_rank = static_cast<std::size_t>(position.group_rank);
    for (std::size_t i = 0; i < patterns_.patterns.size(); ++i) {
        const std::uint64_t count = counts_[position.stage].of(i, position.group_rank);
        const Slice& slice = patterns_.patterns[i].slices[group_rank];
        if (slice.rows > 0 || slice.padding_rows > 0) rank.slice_count += count;
        rank.bytes += count * slice.bytes();
        rank.memory_bytes += count * patterns_.memory_bytes[i][group_rank];
    }
    return rank;
}

ShardPlan Sharding::finish() {
    for (const ShardFile& file : checkpoint_.files) plan_.files.push_back(file.name);
    for (const RankPosition& position : positions_) plan_.ranks.push_back(rank_shards(position));
    plan_.patterns = std::move(patterns_.patterns);
    plan_.hosts = std::move(shares_.hosts);
    return std::move(plan_);
}

}  // namespace

ShardPlan shard(const GroupSizes& sizes, const std::vector<RankPosition>& positions, const Checkpoint& checkpoint,
                const Loader& loader) {
    check_positions(sizes, positions);
    Sharding sharding(sizes, positions, checkpoint, loader);
    for (std::uint32_t file = 0; file < checkpoint.files.size(); ++file) sharding.add_file(file);
    return sharding.finish();
}

}  // namespace detail

ShardPlan plan_shards(const Layout& layout, const Checkpoint& checkpoint, const Knowledge& knowledge) {
    const detail::GroupSizes sizes{.tensor_parallel = layout.tensor_parallel,
                                   .pipeline_parallel = layout.pipeline_parallel,
                                   .data_parallel = layout.data_parallel,
                                   .is_expert_parallel = layout.is_expert_parallel};
    std::vector<detail::RankPosition> positions;
    for (const RankPlacement& rank : layout.ranks) {
        positions.push_back({.rank = rank.rank,
                             .host = rank.host,
                             .stage = static_cast<std::uint32_t>(rank.pipeline_rank),
                             .group_rank = rank.data_rank * layout.tensor_parallel + rank.tensor_rank,
                             .first_layer = rank.first_layer,
                             .layer_count = rank.layer_count});
    }
    return detail::shard(sizes, positions, checkpoint, detail::Loader(layout.engine.loading(), knowledge));
}

}  // namespace r1cluster
