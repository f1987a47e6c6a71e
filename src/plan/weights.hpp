// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plan/group_sizes.hpp"
#include "r1cluster/model/slicing.hpp"

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
std::vector<PlacedTensor> placed_tensors(const Checkpoint& checkpoint, const Loading& loading = {});

/// Bytes of the checkpoint that each rank of a group holds, by layer, so that any partition of the layers can be
/// weighed quickly.
class WeightBytes {
public:
    WeightBytes(const ModelConfig& config, const std::vector<PlacedTensor>& tensors, int tensor_parallel);
    WeightBytes(const ModelConfig& config, const std::vector<PlacedTensor>& tensors, const GroupSizes& sizes,
                const Loading& loading);

    /// `group_rank` is data_rank * tensor_parallel + tensor_rank.
    std::uint64_t of(int group_rank, std::int64_t first_layer, std::int64_t layer_count, bool is_first,
                     bool is_last) const;

private:
    struct OfRank {
        std::vector<std::uint64_t> before_layer;  ///< running sum; one more entry than layers
        std::uint64_t first = 0, last = 0, both = 0, everywhere = 0;
    };
    void add(OfRank& rank, const PlacedTensor& tensor, std::uint64_t bytes) const;

    std::int64_t layers_;
    std::vector<OfRank> ranks_;
};

}  // namespace r1cluster::detail
