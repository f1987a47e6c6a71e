// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an engine process takes beside the KV cache. Each term has its formula and source in its `because`;
/// docs/memory.md tells them all.

#include <cstdint>
#include <vector>

#include "engine/options.hpp"
#include "layout/layout_sizes.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster::detail {

constexpr std::int64_t mib = std::int64_t{1} << 20;
constexpr std::int64_t gib = std::int64_t{1} << 30;

/// Bytes of a figure in MiB.
inline WholeInterval in_mib(const Interval& figure) {
    const auto bytes = [](double one) { return static_cast<std::int64_t>(one * static_cast<double>(mib)); };
    return {bytes(figure.low), bytes(figure.likely), bytes(figure.high)};
}

constexpr WholeInterval exactly(std::int64_t bytes) { return {bytes, bytes, bytes}; }

/// Terms of one rank of this stage, weights among them. `measured`: what was measured of this rank; nullptr: nothing.
std::vector<MemoryTerm> memory_terms(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                     const StageLoad& stage, const Device& device,
                                     const RankCalibration* measured = nullptr);

/// What remains for the cache: budget less the terms within it, each at its other end for `low` and `high`.
WholeInterval kv_cache_left(const EngineOptions& options, const std::vector<MemoryTerm>& terms,
                            std::uint64_t device_bytes);

/// Bytes of cache that a token takes on one rank, as this version of the engine lays it out: rows of latent attention
/// with their padding, whole heads where the engine has no latent attention, the cache's dtype. A token that decode
/// context parallelism gives to another rank counts as its share.
std::uint64_t kv_bytes_per_token(const EngineOptions& options, const ModelConfig& config, std::int64_t layers,
                                 const LayoutSizes& sizes);

/// Tokens of whole blocks of cache; below zero, how many are missing.
std::int64_t tokens_in(std::int64_t bytes, std::uint64_t bytes_per_token, std::int64_t block_tokens);
WholeInterval tokens_in(const WholeInterval& bytes, std::uint64_t bytes_per_token, std::int64_t block_tokens);

/// Weights as the engine holds them: the checkpoint's bytes, padding, copies, caches of the rotary embedding.
std::vector<MemoryTerm> weight_terms(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                     const StageLoad& stage);
/// Torch's peak of the dummy step that the engine measures.
MemoryTerm peak_term(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                     const StageLoad& stage);

}  // namespace r1cluster::detail
