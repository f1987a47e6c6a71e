// SPDX-License-Identifier: Apache-2.0
#include "speed/work.hpp"

#include <algorithm>
#include <cmath>

namespace r1cluster::detail {
namespace {

using knowledge::SpeedFigure;

double number(std::int64_t value) { return static_cast<double>(value); }

/// Elements of one layer's attention on one rank.
struct Attention {
    double divided = 0;
    double replicated = 0;
    double decode_flops = 0;   ///< of one token of context
    double prefill_flops = 0;  ///< of one token of context
};

Attention latent(const ModelConfig& config, const LatentAttention& latent, double ranks) {
    const double hidden = number(config.hidden_size), heads = number(config.attention_heads);
    const double query = number(latent.qk_nope_head_dim + latent.qk_rope_head_dim);
    const double value = number(latent.v_head_dim), rank = number(latent.kv_lora_rank);
    const double rope = number(latent.qk_rope_head_dim);
    Attention result;
    result.replicated = hidden * (rank + rope);
    result.divided = rank * heads * (number(latent.qk_nope_head_dim) + value) + heads * value * hidden;
    if (latent.q_lora_rank > 0) {
        result.replicated += hidden * number(latent.q_lora_rank);
        result.divided += number(latent.q_lora_rank) * heads * query;
    } else {
        result.divided += hidden * heads * query;
    }
    // Decoding multiplies with the compressed cache itself, prefill with heads that are restored from it.
    result.decode_flops = 2 * heads / ranks * (rank + rope + rank);
    result.prefill_flops = 2 * heads / ranks * (query + value);
    return result;
}

Attention grouped(const ModelConfig& config, double ranks) {
    const double hidden = number(config.hidden_size), heads = number(config.attention_heads);
    const double size = number(config.head_dim), kv_heads = number(config.kv_heads);
    Attention result;
    result.divided = 2 * hidden * heads * size;
    const double kv = 2 * hidden * kv_heads * size;
    // With more ranks than heads, each rank still has one.
    if (ranks > kv_heads) {
        result.replicated = kv / std::max(1.0, kv_heads);
    } else {
        result.divided += kv;
    }
    result.decode_flops = result.prefill_flops = 4 * heads / ranks * size;
    return result;
}

bool is_dense(const Experts& experts, std::int64_t layer) {
    return layer < experts.first_dense_layers ||
           std::binary_search(experts.later_dense_layers.begin(), experts.later_dense_layers.end(), layer);
}

/// The cache's bytes against the two that kv_bytes_per_token counts.
double cache_share(const EngineOptions& options) { return options.kv_cache_dtype.rfind("fp8", 0) == 0 ? 0.5 : 1.0; }

/// Bytes of an element of what is quantised, from what the rank really holds; so that any method needs no table.
double element_bytes(const ModelConfig& config, const StageLoad& load, double quantised, double plain) {
    if (!config.quantization || quantised <= 0) return 2;
    if (load.weight_bytes == 0) return 1;
    return std::clamp((static_cast<double>(load.weight_bytes) - 2 * plain) / quantised, 0.25, 2.0);
}

}  // namespace

double expected_experts(const Experts& experts, double batch) {
    const double routed = number(experts.routed);
    return routed * (1 - std::pow(1 - number(experts.per_token) / routed, batch));
}

double hop_bytes_per_token(const ModelConfig& config) { return 2 * 2 * number(config.hidden_size); }

int all_reduces(const ModelConfig& config, int tensor_parallel) {
    return tensor_parallel > 1 ? static_cast<int>(2 * config.layers + 1) : 0;
}

int expert_ranks(const LayoutSizes& sizes) { return sizes.tensor_parallel * sizes.data_parallel; }

std::vector<StageWork> stage_works(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                   const std::vector<StagePlacement>& stages) {
    const double ranks = sizes.tensor_parallel;
    const double hidden = number(config.hidden_size);
    const Attention attention =
        config.latent_attention ? latent(config, *config.latent_attention, ranks) : grouped(config, ranks);
    const double attention_elements = attention.divided / ranks + attention.replicated;
    const double mlp = 3 * hidden * number(config.intermediate_size) / ranks;
    const double vocabulary = hidden * number(config.vocabulary_size) / ranks;
    const bool has_scales = config.quantization.has_value();
    const auto kernels = [&](SpeedFigure name) { return static_cast<int>(options.knowledge->figure(name).likely); };
    const int mlp_kernels = kernels(SpeedFigure::mlp_kernels), head_kernels = kernels(SpeedFigure::head_kernels);
    const int expert_kernels = kernels(SpeedFigure::expert_kernels);
    const int attention_kernels =
        kernels(config.latent_attention ? SpeedFigure::latent_attention_kernels : SpeedFigure::attention_kernels);
    const int quantised_attention_kernels = kernels(config.latent_attention ? SpeedFigure::quantised_latent_kernels
                                                                            : SpeedFigure::quantised_attention_kernels);
    const int quantised_mlp_kernels = kernels(SpeedFigure::quantised_mlp_kernels);
    const int quantised_expert_kernels = kernels(SpeedFigure::quantised_expert_kernels);
    std::vector<StageWork> works;
    std::int64_t layer = 0;
    for (const StagePlacement& stage : stages) {
        StageWork work;
        for (std::int64_t i = 0; i < stage.load.layer_count; ++i, ++layer) {
            (!config.experts || is_dense(*config.experts, layer) ? work.dense_layers : work.expert_layers) += 1;
        }
        const double layers = number(work.layers());
        const double sparse = number(work.expert_layers);
        double quantised = layers * attention_elements + number(work.dense_layers) * mlp;
        double routers = 0, held_experts = 0;
        if (config.experts) {
            const Experts& experts = *config.experts;
            const double one = 3 * hidden * number(experts.intermediate_size);
            routers = sparse * hidden * number(experts.routed);
            quantised += sparse * 3 * hidden * number(experts.shared_intermediate_size) / ranks;
            held_experts = sparse * number(experts.routed) * one / expert_ranks(sizes);
            work.expert_bytes = sizes.is_expert_parallel ? one : one / expert_ranks(sizes);
            work.expert_elements = sparse * number(experts.per_token) * one / expert_ranks(sizes);
        }
        const double ends = (stage.load.is_first ? vocabulary : 0) + (stage.load.is_last ? vocabulary : 0);
        work.bytes_per_element = element_bytes(config, stage.load, quantised + held_experts, ends + routers);
        work.layer_bytes = quantised * work.bytes_per_element + routers * 2;
        work.expert_bytes *= work.bytes_per_element;
        work.head_bytes = stage.load.is_last ? 2 * vocabulary : 0;
        work.elements = quantised + routers + (stage.load.is_last ? vocabulary : 0);
        work.kv_bytes_per_token =
            cache_share(options) *
            static_cast<double>(kv_bytes_per_token(config, work.layers(), sizes.tensor_parallel)) /
            sizes.decode_context_parallel;
        work.attention_flops = layers * attention.decode_flops / sizes.decode_context_parallel;
        work.prefill_attention_flops = layers * attention.prefill_flops;
        const auto all = static_cast<int>(work.layers()), few = static_cast<int>(work.dense_layers);
        const auto many = static_cast<int>(work.expert_layers);
        work.tuned_kernels = few * mlp_kernels + (stage.load.is_last ? head_kernels : 0);
        work.untuned_kernels = many * expert_kernels;
        (config.latent_attention ? work.untuned_kernels : work.tuned_kernels) += all * attention_kernels;
        if (has_scales) {
            work.untuned_kernels +=
                all * quantised_attention_kernels + few * quantised_mlp_kernels + many * quantised_expert_kernels;
        }
        works.push_back(work);
    }
    return works;
}

}  // namespace r1cluster::detail
