// SPDX-License-Identifier: Apache-2.0
#include "shard/weights.hpp"

#include "model/families/family.hpp"

namespace r1cluster::detail {

std::vector<PlacedTensor> placed_tensors(const Checkpoint& checkpoint, const Loader& loader) {
    const ModelConfig config = loaded_config(checkpoint, loader);
    const FamilyRules rules(family_with_rules(config), config, loader);
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

}  // namespace r1cluster::detail
