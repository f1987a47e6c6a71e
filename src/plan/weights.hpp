// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

/// Where a tensor goes when its name is known, and to every rank when it is not: then no rank can lack it.
struct PlacedTensor {
    std::uint32_t file_index = 0;    ///< in Checkpoint::files
    std::uint32_t tensor_index = 0;  ///< in ShardFile::tensors
    const Tensor* tensor = nullptr;
    TensorPlace place;
    bool is_everywhere = false;  ///< on every stage
    bool is_known = false;

    bool is_on(std::int64_t first_layer, std::int64_t layer_count, bool is_first, bool is_last) const;
};

/// All tensors that some rank reads, in the order of files and offsets. Throws as family_of does.
std::vector<PlacedTensor> placed_tensors(const Checkpoint& checkpoint, const Loading& loading = {});

/// Bytes of the checkpoint that each tensor-parallel rank holds, by layer, so that any partition of the
/// layers can be weighed quickly.
class WeightBytes {
public:
    WeightBytes(const ModelConfig& config, const std::vector<PlacedTensor>& tensors, int tensor_parallel);

    std::uint64_t of(int tensor_rank, std::int64_t first_layer, std::int64_t layer_count, bool is_first,
                     bool is_last) const;

private:
    struct OfRank {
        std::vector<std::uint64_t> before_layer;  ///< running sum; one more entry than layers
        std::uint64_t first = 0, last = 0, both = 0, everywhere = 0;
    };
    std::vector<OfRank> ranks_;
};

}  // namespace r1cluster::detail
