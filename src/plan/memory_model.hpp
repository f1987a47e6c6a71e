// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an engine process takes beside the KV cache. Each term has its formula and source in its `because`.

#include <cstdint>
#include <vector>

#include "plan/engine_options.hpp"
#include "plan/layout_sizes.hpp"
#include "r1cluster/plan/memory.hpp"

namespace r1cluster::detail {

/// Terms of one rank of this stage on a GPU of `device_bytes`, weights among them. `measured`: what was measured of
/// this rank; nullptr: nothing.
std::vector<MemoryTerm> memory_terms(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                     const StageLoad& stage, const Device& device,
                                     const RankCalibration* measured = nullptr);

/// What remains for the cache: budget less the terms within it, each at its other end for `low` and `high`.
WholeInterval kv_cache_left(const EngineOptions& options, const std::vector<MemoryTerm>& terms,
                            std::uint64_t device_bytes);

/// One worker process of vLLM on a CPU without weights and cache (measured: 1.9 to 2.2 GB), and API server
/// and engine core on the head (1.1 GB each).
constexpr std::uint64_t cpu_worker_bytes = 2'200'000'000;
constexpr std::uint64_t cpu_server_bytes = 2'200'000'000;

}  // namespace r1cluster::detail
