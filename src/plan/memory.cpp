// SPDX-License-Identifier: Apache-2.0
#include "plan/memory.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// vllm/engine/arg_utils.py: an API server on a GPU of 70 GiB or more takes larger batches.
struct BatchDefaults {
    std::uint64_t tokens;
    std::uint64_t sequences;
};
BatchDefaults batch_defaults(std::uint64_t gpu_memory_bytes) {
    return gpu_memory_bytes >= 70 * gib ? BatchDefaults{8192, 1024} : BatchDefaults{2048, 256};
}

}  // namespace

std::uint64_t non_torch_bytes(int world_size) {
    if (world_size == 1) return 133 * mib;
    if (world_size == 2) return 563 * mib;
    return 3 * gib;
}

std::uint64_t activation_bytes(const ModelConfig& config, int tensor_parallel, bool is_last_stage,
                               std::uint64_t gpu_memory_bytes) {
    const BatchDefaults batch = batch_defaults(gpu_memory_bytes);
    const auto hidden = static_cast<std::uint64_t>(config.hidden_size);
    const auto parts = static_cast<std::uint64_t>(tensor_parallel);
    std::uint64_t per_token = 4 * hidden * 2;  // hidden states, residual and the two of the layer at work
    if (config.experts) {
        // Outputs of every chosen expert, before they are added up, do not shrink with TP.
        const auto chosen = static_cast<std::uint64_t>(config.experts->per_token);
        const auto width = static_cast<std::uint64_t>(config.experts->intermediate_size) / parts;
        per_token += chosen * (hidden * 2 + 2 * width * 2 + width * 2) + hidden + hidden / 32;
    } else {
        per_token += 3 * static_cast<std::uint64_t>(config.intermediate_size) / parts * 2;
    }
    const std::uint64_t layer = batch.tokens * per_token;
    if (!is_last_stage) return layer;
    const std::uint64_t sampler = batch.sequences * static_cast<std::uint64_t>(config.vocabulary_size) * 4 * 97 / 10;
    return std::max(layer, sampler);
}

}  // namespace r1cluster::detail
