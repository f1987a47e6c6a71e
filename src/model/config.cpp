// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "model/config_keys.hpp"
#include "model/quantization.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster {
namespace {

using detail::Keys;
using detail::json::value;

// Far beyond any model, small enough that no product of two of them leaves 64 bits.
constexpr std::size_t max_config_bytes = 16 << 20;
constexpr std::int64_t max_layers = 10'000;
constexpr std::int64_t max_size = 1 << 24;
constexpr std::int64_t max_count = 1 << 16;
constexpr std::int64_t max_tokens = std::int64_t{1} << 40;

[[noreturn]] void disagree(const std::string& path, const std::string& what) {
    throw Error(ErrorKind::invalid_input, path, fmt::format("{}: {}", path, what));
}

std::string architecture_of(const Keys& keys) {
    const value& names = keys.need("architectures");
    if (!names.is_array() || names.get_array().size() != 1) {
        detail::wrong_value(keys.at("architectures"), "a list of one name", names);
    }
    return detail::from_value<std::string>(names.get_array().front(), keys.at("architectures"));
}

/// Newer writers say "dtype", older ones "torch_dtype"; empty where neither is there.
std::string dtype_of(const Keys& keys) {
    const std::string_view key = keys.find("dtype") ? "dtype" : "torch_dtype";
    if (!keys.find(key)) return "";
    const std::string dtype = keys.text(key);
    if (dtype != "bfloat16" && dtype != "float16" && dtype != "float32") {
        detail::wrong_value(keys.at(key), "\"bfloat16\", \"float16\" or \"float32\"", keys.need(key));
    }
    return dtype;
}

std::optional<LatentAttention> latent_attention_of(const Keys& keys) {
    if (!keys.find("kv_lora_rank")) return std::nullopt;
    LatentAttention latent;
    latent.q_lora_rank = keys.whole_or("q_lora_rank", 0, 1, max_size);
    latent.kv_lora_rank = keys.whole("kv_lora_rank", 1, max_size);
    latent.qk_nope_head_dim = keys.whole("qk_nope_head_dim", 1, max_count);
    latent.qk_rope_head_dim = keys.whole("qk_rope_head_dim", 1, max_count);
    latent.v_head_dim = keys.whole("v_head_dim", 1, max_count);
    return latent;
}

/// The words in which a family's config.json speaks of experts.
struct ExpertKeys {
    std::string_view routed;
    std::string_view intermediate_size;
};

constexpr ExpertKeys expert_keys[] = {
    {"n_routed_experts", "moe_intermediate_size"},  // DeepSeek
    {"num_experts", "moe_intermediate_size"},       // Qwen
    {"num_local_experts", "intermediate_size"},     // Mixtral
};

/// Layers that have an MLP although experts have begun, by the rules of the engine's models/deepseek_v2.py
/// ("moe_layer_freq") and qwen2_moe.py ("decoder_sparse_step", "mlp_only_layers").
std::vector<std::int64_t> later_dense_layers(const Keys& keys, const Experts& experts, std::int64_t layers) {
    const std::int64_t frequency = keys.whole_or("moe_layer_freq", 1, 1, max_layers);
    const std::int64_t step = keys.whole_or("decoder_sparse_step", 1, 1, max_layers);
    const std::vector<std::int64_t> listed = keys.wholes("mlp_only_layers", 0, max_layers);
    std::vector<std::int64_t> dense;
    for (std::int64_t layer = experts.first_dense_layers; layer < layers; ++layer) {
        const bool has_experts = layer % frequency == 0 && (layer + 1) % step == 0;
        if (!has_experts || std::find(listed.begin(), listed.end(), layer) != listed.end()) dense.push_back(layer);
    }
    return dense;
}

std::optional<Experts> experts_of(const Keys& keys, std::int64_t layers, const std::string& source) {
    const auto words = std::find_if(std::begin(expert_keys), std::end(expert_keys),
                                    [&](const ExpertKeys& family) { return keys.find(family.routed) != nullptr; });
    if (words == std::end(expert_keys)) return std::nullopt;
    Experts experts;
    experts.routed = keys.whole(words->routed, 1, max_count);
    experts.shared = keys.whole_or("n_shared_experts", 0, 0, max_count);
    experts.per_token = keys.whole("num_experts_per_tok", 1, max_count);
    experts.intermediate_size = keys.whole(words->intermediate_size, 1, max_size);
    experts.first_dense_layers = keys.whole_or("first_k_dense_replace", 0, 0, max_layers);
    experts.shared_intermediate_size =
        keys.whole_or("shared_expert_intermediate_size", experts.shared * experts.intermediate_size, 0, max_size);
    if (keys.find("shared_expert_intermediate_size") && experts.shared_intermediate_size > 0) experts.shared = 1;
    if (experts.per_token > experts.routed) {
        disagree(source, fmt::format("num_experts_per_tok {} is more than {} {}", experts.per_token, words->routed,
                                     experts.routed));
    }
    if (experts.first_dense_layers > layers) {
        disagree(source, fmt::format("first_k_dense_replace {} is more than num_hidden_layers {}",
                                     experts.first_dense_layers, layers));
    }
    experts.later_dense_layers = later_dense_layers(keys, experts, layers);
    return experts;
}

void read_heads(const Keys& keys, const std::string& source, ModelConfig& config) {
    config.attention_heads = keys.whole("num_attention_heads", 1, max_count);
    config.kv_heads = keys.whole_or("num_key_value_heads", config.attention_heads, 1, max_count);
    config.latent_attention = latent_attention_of(keys);
    if (config.latent_attention) {
        // A query head; hidden_size / heads means nothing here, and writers disagree about "head_dim".
        config.head_dim = config.latent_attention->qk_nope_head_dim + config.latent_attention->qk_rope_head_dim;
        return;
    }
    if (config.attention_heads % config.kv_heads != 0) {
        disagree(source, fmt::format("num_attention_heads {} is not a multiple of num_key_value_heads {}",
                                     config.attention_heads, config.kv_heads));
    }
    if (!keys.find("head_dim") && config.hidden_size % config.attention_heads != 0) {
        disagree(source,
                 fmt::format("hidden_size {} is not a multiple of num_attention_heads {}, and there is no head_dim",
                             config.hidden_size, config.attention_heads));
    }
    config.head_dim = keys.whole_or("head_dim", config.hidden_size / config.attention_heads, 1, max_count);
}

}  // namespace

ModelConfig parse_config(std::string_view text, std::string_view source_view) {
    const std::string source(source_view);
    if (text.size() > max_config_bytes) {
        disagree(source, fmt::format("{} of text, more than the {} that a config.json may have",
                                     format_bytes(text.size()), format_bytes(max_config_bytes)));
    }
    const value document = detail::parse_json(text, source);
    if (!document.is_object()) detail::wrong_value(source, "an object", document);
    const Keys keys(document.get_object(), source);

    ModelConfig config;
    config.architecture = architecture_of(keys);
    config.model_type = keys.text("model_type");
    config.dtype = dtype_of(keys);
    config.hidden_size = keys.whole("hidden_size", 1, max_size);
    config.intermediate_size = keys.whole("intermediate_size", 1, max_size);
    config.layers = keys.whole("num_hidden_layers", 1, max_layers);
    read_heads(keys, source, config);
    config.vocabulary_size = keys.whole("vocab_size", 1, max_size);
    config.max_position = keys.whole("max_position_embeddings", 1, max_tokens);
    config.next_token_layers = keys.whole_or("num_nextn_predict_layers", 0, 0, max_layers);
    config.ties_embeddings = keys.flag_or("tie_word_embeddings", false);
    config.has_remote_code = keys.find("auto_map") != nullptr;
    config.experts = experts_of(keys, config.layers, source);
    config.quantization = detail::parse_quantization(keys);
    return config;
}

}  // namespace r1cluster
