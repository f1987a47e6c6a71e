// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "memory/memory_model.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::ExpertBuffers;

WholeInterval sum(const WholeInterval& left, const WholeInterval& right) {
    return {left.low + right.low, left.likely + right.likely, left.high + right.high};
}

WholeInterval greater(const WholeInterval& left, const WholeInterval& right) {
    return {std::max(left.low, right.low), std::max(left.likely, right.likely), std::max(left.high, right.high)};
}

struct Dimensions {
    std::int64_t tokens = 0;   ///< of the dummy step
    std::int64_t element = 2;  ///< bytes
    std::int64_t hidden = 0;
    std::int64_t dense_width = 0;   ///< of this rank
    std::int64_t expert_width = 0;  ///< of this rank
};

Dimensions dimensions(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes) {
    Dimensions result;
    result.tokens = options.max_batched_tokens;
    result.element = options.dtype == "float32" ? 4 : 2;
    result.hidden = config.hidden_size;
    result.dense_width = config.intermediate_size / sizes.tensor_parallel;
    if (config.experts) {
        // Whole experts are wider, and a rank has fewer of them.
        const int divided = sizes.is_expert_parallel ? 1 : sizes.tensor_parallel * sizes.data_parallel;
        result.expert_width = config.experts->intermediate_size / std::max(1, divided);
    }
    return result;
}

struct Step {
    WholeInterval kept = {};   ///< for good
    WholeInterval bytes = {};  ///< while the model runs
    std::string because;
};

/// Gate, up and their product, with what is alive around them: the residual and the states before and after, and in a
/// compiled graph the inputs of its piece.
Step dense_step(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                const Dimensions& of) {
    const std::int64_t heads = (config.attention_heads + 2 * config.kv_heads) * config.head_dim / sizes.tensor_parallel;
    const bool is_compiled = options.runner != knowledge::Runner::v0 && !options.is_eager;
    const std::int64_t mlp = 3 * of.dense_width;
    const std::int64_t likely = is_compiled ? 5 * of.hidden + heads + mlp : 4 * of.hidden + mlp;
    const std::int64_t unit = of.tokens * of.element;
    return {{},
            {unit * (3 * of.hidden + mlp), unit * likely, unit * (6 * of.hidden + 2 * heads + mlp)},
            fmt::format("{} tokens x {} elements of {} bytes: gate, up and their product of {} each, {} states of {}{}",
                        of.tokens, likely, of.element, of.dense_width, is_compiled ? 5 : 4, of.hidden,
                        is_compiled ? fmt::format(", q, k and v of {}", heads) : "")};
}

Step expert_step(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                 const Dimensions& of) {
    const std::int64_t chunk = options.memory->expert_chunk_tokens;
    const std::int64_t routed = (chunk > 0 ? std::min(of.tokens, chunk) : of.tokens) * config.experts->per_token;
    const std::int64_t inner = of.expert_width, hidden = of.hidden;
    // Residual, normed states, output and the shared experts' output; and the tokens in FP8 with their scales.
    const std::int64_t states = of.tokens * (4 * hidden * of.element + hidden + hidden / 32);
    Step step;
    std::int64_t buffers = 0, kept = 0;
    switch (options.memory->expert_buffers) {
        case ExpertBuffers::three: buffers = routed * (3 * inner + hidden) * of.element; break;
        case ExpertBuffers::shared: buffers = routed * (std::max(2 * inner, hidden) + inner) * of.element; break;
        case ExpertBuffers::workspaces:
            kept = routed * (std::max(inner, hidden) + std::max(2 * inner, hidden)) * of.element;
            break;
    }
    std::int64_t running = buffers + states;
    if (options.memory->expert_buffers == ExpertBuffers::workspaces && options.has_latent_cache) {
        // mla_attention.py: a stand-in for the up-projected context of a long prefill.
        const LatentAttention& latent = *config.latent_attention;
        const std::int64_t context = options.memory->latent_workspace_tokens *
                                     (config.attention_heads / sizes.tensor_parallel) *
                                     (latent.qk_nope_head_dim + latent.v_head_dim) * of.element;
        running = std::max(running, context + 2 * of.tokens * hidden * of.element);
    }
    step.kept = {kept * 9 / 10, kept, kept * 12 / 10};
    step.bytes = {running * 9 / 10, running, running * 115 / 100};
    step.because = fmt::format(
        "{} of {} tokens at a time with {} experts each, {} wide on this rank: buffers of {} bytes{}, and 4 states of "
        "{}",
        routed / config.experts->per_token, of.tokens, config.experts->per_token, inner, buffers + kept,
        kept > 0 ? " that stay" : "", hidden);
    return step;
}

Step sampler_step(const EngineOptions& options, const ModelConfig& config, const Dimensions& of) {
    const std::int64_t sequences = std::min(options.max_sequences, of.tokens);
    const std::int64_t per_logit = options.memory->sampler_bytes_per_logit;
    const std::int64_t logits = sequences * config.vocabulary_size * per_logit;
    const std::int64_t bytes = logits + of.tokens * of.hidden * of.element + 2 * sequences * of.hidden * of.element;
    return {{},
            {bytes * 95 / 100, bytes, bytes * 106 / 100},
            fmt::format("warm-up of the sampler on the last stage: {} sequences x {} logits x {} bytes, beside the "
                        "states of {} tokens",
                        sequences, config.vocabulary_size, per_logit, of.tokens)};
}

}  // namespace

MemoryTerm peak_term(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                     const StageLoad& stage) {
    const Dimensions of = dimensions(options, config, sizes);
    const Step model =
        config.experts ? expert_step(options, config, sizes, of) : dense_step(options, config, sizes, of);
    MemoryTerm term{"activations", model.bytes, true, model.because};
    if (stage.is_last) {
        const Step sampler = sampler_step(options, config, of);
        if (sampler.bytes.likely > model.bytes.likely) {
            term.name = "sampler";
            term.because = sampler.because;
            if (model.kept.likely > 0) term.because += "; " + model.because;
        }
        term.bytes = greater(model.bytes, sampler.bytes);
    }
    const Interval& cublas_mib = options.knowledge->figure(knowledge::MemoryFigure::cublas_mib);
    term.bytes = sum(sum(term.bytes, model.kept), in_mib(cublas_mib));
    term.because += fmt::format(", and {:g} MiB of cuBLAS", cublas_mib.likely);
    return term;
}

}  // namespace r1cluster::detail
