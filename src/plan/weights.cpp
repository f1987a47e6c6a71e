// SPDX-License-Identifier: Apache-2.0
#include "plan/weights.hpp"

#include "model/families/family.hpp"

namespace r1cluster::detail {

bool PlacedTensor::is_on(std::int64_t first_layer, std::int64_t layer_count, bool is_first, bool is_last) const {
    if (is_everywhere) return true;
    if (place.layer) return *place.layer >= first_layer && *place.layer < first_layer + layer_count;
    return (place.is_on_first_stage && is_first) || (place.is_on_last_stage && is_last);
}

std::vector<PlacedTensor> placed_tensors(const Checkpoint& checkpoint, const Loading& loading) {
    const std::optional<Version> engine = engine_of(loading);
    const ModelConfig config = loaded_config(checkpoint, engine);
    family_of(config);  // an unknown family must not look like a checkpoint without tensors
    std::vector<PlacedTensor> placed;
    placed.reserve(checkpoint.tensor_count());
    for (std::uint32_t f = 0; f < checkpoint.files.size(); ++f) {
        const std::vector<Tensor>& tensors = checkpoint.files[f].tensors;
        for (std::uint32_t t = 0; t < tensors.size(); ++t) {
            const std::optional<TensorPlace> place = place_tensor(config, tensors[t].name, loading);
            if (place && place->is_skipped) continue;
            placed.push_back({f, t, &tensors[t], place.value_or(TensorPlace{}), !place || place->is_on_every_stage,
                              place.has_value()});
        }
    }
    return placed;
}

WeightBytes::WeightBytes(const ModelConfig& config, const std::vector<PlacedTensor>& tensors, int tensor_parallel)
    : ranks_(static_cast<std::size_t>(tensor_parallel)) {
    const auto layers = static_cast<std::size_t>(config.layers);
    for (OfRank& rank : ranks_) rank.before_layer.assign(layers + 1, 0);
    for (const PlacedTensor& placed : tensors) {
        const TensorPlace& place = placed.place;
        std::uint64_t bytes = 0;
        for (int r = 0; r < tensor_parallel; ++r) {
            // Only the vocabulary is divided unevenly.
            if (r == 0 || place.rule == SliceRule::vocabulary) {
                bytes =
                    slice_tensor(config, *placed.tensor, place, {.tensor_rank = r, .tensor_parallel = tensor_parallel})
                        .bytes();
            }
            OfRank& rank = ranks_[static_cast<std::size_t>(r)];
            if (placed.is_everywhere) {
                rank.everywhere += bytes;
            } else if (place.layer) {
                rank.before_layer[static_cast<std::size_t>(*place.layer) + 1] += bytes;
            } else if (place.is_on_first_stage && place.is_on_last_stage) {
                rank.both += bytes;
            } else {
                (place.is_on_first_stage ? rank.first : rank.last) += bytes;
            }
        }
    }
    for (OfRank& rank : ranks_) {
        for (std::size_t layer = 0; layer < layers; ++layer) rank.before_layer[layer + 1] += rank.before_layer[layer];
    }
}

std::uint64_t WeightBytes::of(int tensor_rank, std::int64_t first_layer, std::int64_t layer_count, bool is_first,
                              bool is_last) const {
    const OfRank& rank = ranks_[static_cast<std::size_t>(tensor_rank)];
    const auto begin = static_cast<std::size_t>(first_layer), end = static_cast<std::size_t>(first_layer + layer_count);
    std::uint64_t bytes = rank.everywhere + rank.before_layer[end] - rank.before_layer[begin];
    if (is_first) bytes += rank.first;
    if (is_last) bytes += rank.last;
    if (is_first || is_last) bytes += rank.both;
    return bytes;
}

}  // namespace r1cluster::detail
