// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/devices.hpp"
#include "r1cluster/base/version.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

/// What the engine will work with: what the spec says (its keys, or flags among extra_arguments), else the
/// default of this version on these GPUs.
struct EngineOptions {
    std::string engine = "vllm";
    std::optional<Version> version;  ///< unset: not known, the newest is assumed
    /// How this engine takes memory; of an engine that is not known, vLLM's newest.
    const knowledge::EngineMemory* memory = nullptr;
    double gpu_memory_utilization = 0.9;
    std::optional<std::uint64_t> kv_cache_bytes;  ///< set: the cache is this and not what remains
    std::int64_t max_model_len = 0;
    std::int64_t max_batched_tokens = 0;
    std::int64_t max_sequences = 0;
    std::int64_t block_size = 16;       ///< tokens that the cache hands out at a time
    std::int64_t swap_space_bytes = 0;  ///< of the host's memory for each rank
    bool has_latent_cache = false;      ///< MLA: one row for all heads, not divided by TP
    bool is_custom_all_reduce = true;
    bool are_graphs_in_budget = false;  ///< an estimate of CUDA graphs comes off the budget
    bool is_eager = false;
    bool has_made_up_weights = false;  ///< --load-format dummy
    int speculative_tokens = 0;
    std::string dtype;                 ///< "bfloat16", "float16"
    std::string kv_cache_dtype;        ///< as dtype, or "fp8"
    std::vector<std::string> because;  ///< for each value that is not what a reader of the spec expects
};

EngineOptions engine_options(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                             const Devices& devices);

/// What of them decides which bytes are read.
Loading loading_of(const EngineOptions& options);

}  // namespace r1cluster::detail
