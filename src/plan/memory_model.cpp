// SPDX-License-Identifier: Apache-2.0
#include "plan/memory_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20;
constexpr std::int64_t gib = std::int64_t{1} << 30;

WholeInterval exactly(std::int64_t bytes) { return {bytes, bytes, bytes}; }

/// CUDA context and NCCL buffers. Measured by others: 0.13 GiB alone, 0.55 with two ranks, 2.3 to 2.6 (16 GPUs)
/// and 4.7 to 7.2 (8 H100) in wide groups.
MemoryTerm context_and_nccl(int world_size) {
    MemoryTerm term{"context and NCCL", {}, true, ""};
    if (world_size == 1) term.bytes = {100 * mib, 133 * mib, 300 * mib};
    if (world_size == 2) term.bytes = {500 * mib, 563 * mib, 3 * gib};
    if (world_size > 2) term.bytes = {gib / 2, 3 * gib, 7 * gib};
    term.because = fmt::format("measured by others for {} rank{}", world_size, world_size == 1 ? "" : "s");
    return term;
}

MemoryTerm activations(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes) {
    std::int64_t per_token = 4 * config.hidden_size * 2;  // hidden states, residual and the two of the layer at work
    if (config.experts) {
        // Outputs of every chosen expert, before they are added up, do not shrink with TP.
        const std::int64_t width = config.experts->intermediate_size / sizes.tensor_parallel;
        per_token += config.experts->per_token * (config.hidden_size * 2 + 3 * width * 2) + config.hidden_size +
                     config.hidden_size / 32;
    } else {
        per_token += 3 * config.intermediate_size / sizes.tensor_parallel * 2;
    }
    const std::int64_t bytes = options.max_batched_tokens * per_token;
    return {
        "activations",
        {bytes * 9 / 10, bytes, bytes * 11 / 10},
        true,
        fmt::format("{} batched tokens of {} bytes through the widest layer", options.max_batched_tokens, per_token)};
}

MemoryTerm sampler(const EngineOptions& options, const ModelConfig& config) {
    const std::int64_t bytes = options.max_sequences * config.vocabulary_size * 4 * 97 / 10;
    return {"sampler",
            {bytes * 9 / 10, bytes, bytes * 11 / 10},
            true,
            fmt::format("about 9.7 copies of {} sequences x {} floats in the warm-up of the last stage",
                        options.max_sequences, config.vocabulary_size)};
}

}  // namespace

std::vector<MemoryTerm> memory_terms(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                     const StageLoad& stage, const Device&, const RankCalibration*) {
    std::vector<MemoryTerm> terms;
    terms.push_back({"weights", exactly(static_cast<std::int64_t>(stage.weight_bytes)), true,
                     "bytes of the checkpoint that this rank reads"});
    terms.push_back(context_and_nccl(sizes.world_size()));
    MemoryTerm peak = activations(options, config, sizes);
    if (stage.is_last) {
        MemoryTerm other = sampler(options, config);
        if (other.bytes.likely > peak.bytes.likely) peak = std::move(other);
    }
    terms.push_back(std::move(peak));
    return terms;
}

WholeInterval kv_cache_left(const EngineOptions& options, const std::vector<MemoryTerm>& terms,
                            std::uint64_t device_bytes) {
    const auto budget = static_cast<std::int64_t>(static_cast<double>(device_bytes) * options.gpu_memory_utilization);
    WholeInterval left{budget, budget, budget};
    for (const MemoryTerm& term : terms) {
        if (!term.is_in_budget) continue;
        left.low -= term.bytes.high;
        left.likely -= term.bytes.likely;
        left.high -= term.bytes.low;
    }
    return left;
}

}  // namespace r1cluster::detail
