// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How engines take device memory and account for it, by version. A release that has no row behaves as the row
/// before it; docs/memory.md says which releases were read.

#include <cstdint>
#include <optional>
#include <string_view>

#include "r1cluster/base/version.hpp"

namespace r1cluster::knowledge {

/// What an engine takes off its budget besides weights and activations.
enum class Accounting {
    device_in_use,      ///< all that is on the device: CUDA context and NCCL too
    since_before_nccl,  ///< what came since a snapshot before the communicators: NCCL, without the context
    since_after_nccl,   ///< what came since a snapshot after them: what the first forward pass adds
    free_after_load,    ///< SGLang: what is gone once weights are loaded; activations and graphs are on top
};

/// Which part of the engine runs the model.
enum class Runner {
    v0,  ///< vLLM's first engine
    v1,  ///< vLLM's second engine, with its first runner
    v2,  ///< vLLM's second engine, with its second runner
    sglang,
};

/// What happens to DeepSeek's kv_b_proj after it is loaded.
enum class LatentCopies {
    unknown_attention,  ///< the engine has no latent attention: whole heads are cached
    absorbed,           ///< W_Q_UK, W_QR and W_UV_O beside the original
    split,              ///< W_UV and W_UK_T in 16 bits beside the original
};

/// Buffers of the experts for `M` tokens with `K` experts each, `I` wide on this rank, `H` the hidden size.
enum class ExpertBuffers {
    three,       ///< M K (2 I + I + H)
    shared,      ///< M K (max(2 I, H) + I)
    workspaces,  ///< M K (max(I, H) + max(2 I, H)), and they stay
};

struct EngineMemory {
    std::string_view engine;
    Runner runner;
    std::string_view since;  ///< the first release that the row is for
    Accounting accounting;
    int sampler_bytes_per_logit;  ///< at the peak of the warm-up of the sampler
    ExpertBuffers expert_buffers;
    std::int64_t expert_chunk_tokens;  ///< tokens that the experts take at a time; 0: all
    LatentCopies latent_copies;
    std::int64_t latent_row_unit;          ///< elements to a multiple of which a row of the latent cache is padded
    std::int64_t latent_workspace_tokens;  ///< of chunked prefill over the latent cache; 0: none
    bool are_graphs_estimated;             ///< an estimate of CUDA graphs comes off the budget
    std::int64_t chunked_prefill_tokens;   ///< V0: default of max_num_batched_tokens with chunked prefill
    double default_utilization;
    std::string_view source;
};

/// The row of this engine, runner and version; no version: the newest. nullptr: an engine that is not known.
const EngineMemory* find_engine_memory(std::string_view engine, Runner runner, const std::optional<Version>& version);

}  // namespace r1cluster::knowledge
