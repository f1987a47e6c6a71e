// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shard/weights.hpp"

namespace r1cluster::detail {

/// A checkpoint's tensors, those that are divided alike added up: R1's 90,427 become some hundred sums, so that many
/// sizes can be weighed.
class WeightTable {
public:
    WeightTable(const ModelConfig& config, const std::vector<PlacedTensor>& tensors);

    /// Each tensor once.
    std::uint64_t total_bytes() const { return total_bytes_; }

private:
    friend class WeightBytes;

    /// Where a tensor is: a layer by its number, or one of these after the last.
    enum Place : std::size_t { first, last, both, everywhere, place_count };

    /// Tensors of one rule, shape and dtype.
    struct Kind {
        Tensor example;
        TensorPlace place;
        std::vector<std::uint64_t> counts;  ///< by place
    };

    std::size_t place_of(const PlacedTensor& tensor) const;
    Kind& kind_of(const PlacedTensor& tensor);

    const ModelConfig& config_;
    std::size_t layers_;
    std::size_t experts_;
    std::vector<Kind> kinds_;
    std::uint64_t total_bytes_ = 0;
    /// Bytes of the experts before each, in each layer; a row of `experts_ + 1`, empty where the model has none.
    std::vector<std::uint64_t> before_expert_;
};

/// What of each tensor a rank of a group holds.
struct WeightSizes {
    int tensor_parallel = 1;
    int data_parallel = 1;
    bool is_expert_parallel = false;
    auto operator<=>(const WeightSizes&) const = default;
};

/// Bytes of the checkpoint that each rank holds, for any run of layers.
class WeightBytes {
public:
    /// Throws Error (invalid_input) as slice_tensor does.
    WeightBytes(const WeightTable& table, WeightSizes sizes);

    /// `group_rank`: data_rank * tensor_parallel + tensor_rank. The first of a group has most: it has no padding of
    /// the vocabulary, and one expert more where they do not divide.
    std::uint64_t of(int group_rank, std::int64_t first_layer, std::int64_t layer_count, bool is_first,
                     bool is_last) const;

private:
    std::uint64_t expert_bytes(int group_rank, std::size_t layer) const;

    const WeightTable& table_;
    WeightSizes sizes_;
    std::vector<std::uint64_t> before_layer_;           ///< running sum; one more entry than layers
    std::vector<std::uint64_t> before_layer_of_first_;  ///< with the experts of group rank 0
    std::uint64_t ends_[WeightTable::place_count] = {};
    std::vector<std::uint64_t> vocabulary_;  ///< by tensor rank, then place
};

}  // namespace r1cluster::detail
