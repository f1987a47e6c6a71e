// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/loader.hpp"
#include "shard/group_sizes.hpp"

namespace r1cluster::detail {

/// Where a tensor goes when its name is known, and to every rank when it is not: then no rank can lack it.
struct PlacedTensor {
    const TensorList* list = nullptr;
    std::uint32_t index = 0;
    TensorPlace place;
    bool is_everywhere = false;  ///< on every stage

    const TensorKind& kind() const { return list->kinds()[list->entries()[index].kind]; }
};

/// All tensors that some rank reads, in the order of files and offsets. Throws as family_of does. Refers to the
/// checkpoint.
std::vector<PlacedTensor> placed_tensors(const Checkpoint& checkpoint, const Loader& loader);

}  // namespace r1cluster::detail
