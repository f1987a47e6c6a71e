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

}  // namespace r1cluster::detail
