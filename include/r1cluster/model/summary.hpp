// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster {

/// Sum over tensors of one dtype or kind. Parameters are learned numbers: packed weights count unpacked, scales do not
/// count.
struct TensorSum {
    std::string name;              ///< "BF16" or "attention"
    std::uint64_t tensors = 0;     ///< number of tensors
    std::uint64_t parameters = 0;  ///< number of parameters
    std::uint64_t bytes = 0;       ///< in the files
    bool operator==(const TensorSum&) const = default;
};

/// Consecutive layers of the same kind and size. The sums are those of one layer.
struct LayerSum {
    std::int64_t first = 0;        ///< first layer
    std::int64_t last = 0;         ///< last layer
    std::string kind;              ///< "dense", "experts" or "next-token"
    std::uint64_t tensors = 0;     ///< number of tensors in each of them
    std::uint64_t parameters = 0;  ///< number of parameters in each of them
    std::uint64_t bytes = 0;       ///< of each of them
    bool operator==(const LayerSum&) const = default;
};

/// A checkpoint without its list of tensors.
struct CheckpointSummary {
    std::string path;                         ///< folder or address that it was read from
    std::string architecture;                 ///< class name in config.json: "DeepseekV3ForCausalLM"
    std::string quantization;                 ///< in words; empty: none
    std::uint64_t files = 0;                  ///< number of safetensors files
    std::uint64_t tensors = 0;                ///< number of tensors
    std::uint64_t parameters = 0;             ///< number of parameters, each once
    std::uint64_t next_token_parameters = 0;  ///< part of `parameters` that is in next-token (MTP) layers
    std::uint64_t bytes = 0;                  ///< sum over tensors, without headers
    std::vector<TensorSum> by_dtype;          ///< most bytes first
    std::vector<TensorSum> by_kind;           ///< most bytes first
    std::vector<LayerSum> layers;             ///< without tensors outside of layers
    std::vector<std::string> warnings;        ///< of the checkpoint
    bool operator==(const CheckpointSummary&) const = default;
};

CheckpointSummary checkpoint_summary(const Checkpoint& checkpoint);

}  // namespace r1cluster
