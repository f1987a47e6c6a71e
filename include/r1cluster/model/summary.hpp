// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster {

/// Tensors that have something in common, added up. Parameters are numbers that the model has learnt: a packed weight
/// counts unpacked, a scale not at all.
struct TensorSum {
    std::string name;  ///< "BF16" or "attention"
    std::uint64_t tensors = 0;
    std::uint64_t parameters = 0;
    std::uint64_t bytes = 0;
    bool operator==(const TensorSum&) const = default;
};

/// Layers next to each other that are alike. The numbers are those of one of them.
struct LayerSum {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::string kind;  ///< "dense", "experts" or "next-token"
    std::uint64_t tensors = 0;
    std::uint64_t parameters = 0;
    std::uint64_t bytes = 0;
    bool operator==(const LayerSum&) const = default;
};

/// What a checkpoint is, without its thousands of tensors.
struct CheckpointSummary {
    std::string path;
    std::string architecture;
    std::string quantization;  ///< in words; empty: none
    std::uint64_t files = 0;
    std::uint64_t tensors = 0;
    std::uint64_t parameters = 0;
    std::uint64_t next_token_parameters = 0;  ///< those of them in layers that predict further tokens
    std::uint64_t bytes = 0;                  ///< of tensors; files also have headers
    std::vector<TensorSum> by_dtype;          ///< most bytes first
    std::vector<TensorSum> by_kind;           ///< most bytes first
    std::vector<LayerSum> layers;             ///< tensors outside of all layers are in no row
    std::vector<std::string> oddities;        ///< of the checkpoint
    bool operator==(const CheckpointSummary&) const = default;
};

CheckpointSummary checkpoint_summary(const Checkpoint& checkpoint);

}  // namespace r1cluster
