// SPDX-License-Identifier: Apache-2.0
#include "plan/weights.hpp"

#include <unordered_map>

#include "model/experts.hpp"
#include "model/families/family.hpp"

namespace r1cluster::detail {

std::vector<PlacedTensor> placed_tensors(const Checkpoint& checkpoint, const Loading& loading) {
    const ModelConfig config = loaded_config(checkpoint, engine_of(loading));
    const FamilyRules rules(family_with_rules(config), config, loading);
    std::vector<PlacedTensor> placed;
    placed.reserve(checkpoint.tensor_count());
    for (const ShardFile& file : checkpoint.files) {
        std::vector<FamilyRules::OfName> names;
        for (const TensorKind& kind : file.tensors.kinds()) names.push_back(rules.of(kind.name, kind.number_count));
        for (std::uint32_t i = 0; i < file.tensors.size(); ++i) {
            const TensorEntry& entry = file.tensors.entries()[i];
            const std::optional<TensorPlace> place = rules.place(names[entry.kind], entry.numbers);
            if (place && place->is_skipped) continue;
            placed.push_back({&file.tensors, i, place.value_or(TensorPlace{}), !place || place->is_on_every_stage});
        }
    }
    return placed;
}

WeightBytes::WeightBytes(const ModelConfig& config, const std::vector<PlacedTensor>& tensors, int tensor_parallel)
    : WeightBytes(config, tensors, GroupSizes{.tensor_parallel = tensor_parallel}, Loading{}) {}

WeightBytes::WeightBytes(const ModelConfig& config, const std::vector<PlacedTensor>& tensors, const GroupSizes& sizes,
                         const Loading& loading)
    : layers_(config.layers), ranks_(static_cast<std::size_t>(sizes.group_ranks())) {
    for (OfRank& rank : ranks_) rank.before_layer.assign(static_cast<std::size_t>(layers_) + 1, 0);
    std::unordered_map<const TensorKind*, std::vector<std::uint64_t>> bytes_of;  // of each rank's slice
    for (const PlacedTensor& placed : tensors) {
        const TensorKind& kind = placed.kind();
        if (sizes.is_expert_parallel && placed.place.expert) {
            const std::uint64_t holder = rank_of_expert(config, *placed.place.expert, ranks_.size(), loading);
            add(ranks_[holder], placed, kind.size_bytes);
            continue;
        }
        std::vector<std::uint64_t>& bytes = bytes_of[&kind];
        for (int r = static_cast<int>(bytes.size()); r < sizes.group_ranks(); ++r) {
            const Tensor tensor = (*placed.list)[placed.index];
            bytes.push_back(slice_tensor(config, tensor, placed.place, sizes.rank(r), loading).bytes());
        }
        for (std::size_t r = 0; r < ranks_.size(); ++r) add(ranks_[r], placed, bytes[r]);
    }
    for (OfRank& rank : ranks_) {
        for (std::size_t i = 1; i < rank.before_layer.size(); ++i) rank.before_layer[i] += rank.before_layer[i - 1];
    }
}

void WeightBytes::add(OfRank& rank, const PlacedTensor& tensor, std::uint64_t bytes) const {
    const TensorPlace& place = tensor.place;
    if (tensor.is_everywhere) {
        rank.everywhere += bytes;
    } else if (place.layer && *place.layer < layers_) {
        rank.before_layer[static_cast<std::size_t>(*place.layer) + 1] += bytes;
    } else if (place.is_on_first_stage && place.is_on_last_stage) {
        rank.both += bytes;
    } else {
        (place.is_on_first_stage ? rank.first : rank.last) += bytes;
    }
}

std::uint64_t WeightBytes::of(int group_rank, std::int64_t first_layer, std::int64_t layer_count, bool is_first,
                              bool is_last) const {
    const OfRank& rank = ranks_[static_cast<std::size_t>(group_rank)];
    const auto begin = static_cast<std::size_t>(first_layer), end = static_cast<std::size_t>(first_layer + layer_count);
    std::uint64_t bytes = rank.everywhere + rank.before_layer[end] - rank.before_layer[begin];
    if (is_first) bytes += rank.first;
    if (is_last) bytes += rank.last;
    if (is_first || is_last) bytes += rank.both;
    return bytes;
}

}  // namespace r1cluster::detail
