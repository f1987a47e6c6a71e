// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::detail {

/// Rows of the engine's embedding and head (layers/vocab_parallel_embedding.py, DEFAULT_VOCAB_PADDING_SIZE).
inline std::uint64_t padded_vocabulary(const ModelConfig& config) {
    constexpr std::uint64_t padding = 64;
    return (static_cast<std::uint64_t>(config.vocabulary_size) + padding - 1) / padding * padding;
}

}  // namespace r1cluster::detail
