// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "memory/memory_model.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::EngineFeature;
using knowledge::LatentCopies;

std::int64_t ceil_divide(std::int64_t dividend, std::int64_t divisor) { return (dividend + divisor - 1) / divisor; }

/// As the engine does (layers/vocab_parallel_embedding.py): to a multiple of 64, then divided.
std::int64_t padding_rows(const ModelConfig& config, int tensor_parallel) {
    constexpr std::int64_t unit = 64;
    const std::int64_t padded = ceil_divide(config.vocabulary_size, unit) * unit / tensor_parallel;
    return padded - std::min(config.vocabulary_size, padded);
}

/// LatentCopies::absorbed (attention/backends/mla/utils.py): W_Q_UK [q, heads * latent] and W_UV_O [heads * latent,
/// hidden] in the weights' own type, W_QR [q, heads * rope] in 16 bits, and kv_b_proj dequantised to 32 bits, which
/// views keep alive.
std::int64_t absorbed_bytes(const ModelConfig& config, std::int64_t heads) {
    const LatentAttention& latent = *config.latent_attention;
    const bool is_fp8 = config.quantization && config.quantization->method == "fp8";
    const std::int64_t weight_bytes = is_fp8 ? 1 : 2;
    const std::int64_t query = latent.q_lora_rank > 0 ? latent.q_lora_rank : config.hidden_size;
    std::int64_t bytes = (query + config.hidden_size) * heads * latent.kv_lora_rank * weight_bytes;
    bytes += query * heads * latent.qk_rope_head_dim * 2;
    if (is_fp8) bytes += heads * (latent.qk_nope_head_dim + latent.v_head_dim) * latent.kv_lora_rank * 4;
    return bytes;
}

/// mla/common.py since 0.8: both in 16 bits. Of unquantised weights they are views, which take nothing.
std::int64_t split_bytes(const ModelConfig& config, std::int64_t heads) {
    if (!config.quantization) return 0;
    const LatentAttention& latent = *config.latent_attention;
    return heads * (latent.qk_nope_head_dim + latent.v_head_dim) * latent.kv_lora_rank * 2;
}

void add_latent_copies(std::vector<MemoryTerm>& terms, const EngineOptions& options, const ModelConfig& config,
                       const LayoutSizes& sizes, const StageLoad& stage) {
    if (!options.has_latent_cache) return;
    const std::int64_t heads = config.attention_heads / sizes.tensor_parallel;
    const bool is_absorbed = options.memory->latent_copies == LatentCopies::absorbed;
    const std::int64_t per_layer = is_absorbed ? absorbed_bytes(config, heads) : split_bytes(config, heads);
    if (per_layer == 0) return;
    terms.push_back(
        {is_absorbed ? "absorbed matrices" : "kv_b_proj in 16 bits", exactly(per_layer * stage.layer_count), true,
         fmt::format("{} layers of {} bytes: {} of {} heads", stage.layer_count, per_layer,
                     is_absorbed ? "W_Q_UK, W_UV_O, W_QR and kv_b_proj in 32 bits" : "W_UV and W_UK_T", heads)});
}

}  // namespace

std::vector<MemoryTerm> weight_terms(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                     const StageLoad& stage) {
    auto bytes = static_cast<std::int64_t>(stage.weight_bytes);
    std::string because = "bytes of the checkpoint that this rank reads";
    if (config.dtype == "float32" && options.dtype != "float32" && !config.quantization) {
        bytes /= 2;
        because += ", cast to 16 bits";
    }
    std::vector<MemoryTerm> terms{{"weights", exactly(bytes), true, std::move(because)}};

    const std::int64_t rows = padding_rows(config, sizes.tensor_parallel);
    const int tables =
        (stage.is_first ? 1 : 0) + (stage.is_last && !(stage.is_first && config.ties_embeddings) ? 1 : 0);
    if (rows > 0 && tables > 0) {
        terms.push_back({"vocabulary padding", exactly(rows * config.hidden_size * 2 * tables), true,
                         fmt::format("{} rows that no file has: the vocabulary is padded to a multiple of 64", rows)});
    }
    add_latent_copies(terms, options, config, sizes, stage);

    const std::int64_t rotated = config.latent_attention ? config.latent_attention->qk_rope_head_dim : config.head_dim;
    const std::int64_t cache = config.max_position * rotated * 2;
    terms.push_back(
        {"rotary cache",
         {cache, cache, 2 * cache},
         true,
         fmt::format("cos and sin of {} positions x {}, 2 bytes, or 4 where a version keeps them in 32 bits",
                     config.max_position, rotated)});
    return terms;
}

std::uint64_t kv_bytes_per_token(const EngineOptions& options, const ModelConfig& config, std::int64_t layers,
                                 const LayoutSizes& sizes) {
    const std::int64_t element = options.kv_cache_dtype.starts_with("fp8") ? 1
                                 : options.kv_cache_dtype == "float32"     ? 4
                                                                           : 2;
    std::int64_t row = 0;
    if (options.has_latent_cache) {
        const LatentAttention& latent = *config.latent_attention;
        const std::int64_t unit = options.memory->latent_row_unit;
        row = ceil_divide(latent.kv_lora_rank + latent.qk_rope_head_dim, unit) * unit * element;
    } else if (config.latent_attention) {
        const LatentAttention& latent = *config.latent_attention;
        const knowledge::EngineKnowledge& engine = options.knowledge->engine(options.name);
        const bool is_padded = !engine.since(EngineFeature::unpadded_latent_heads).empty() &&
                               !engine.has(EngineFeature::unpadded_latent_heads, options.version);
        const std::int64_t width = is_padded ? 256 : latent.qk_nope_head_dim + latent.qk_rope_head_dim;
        row = 2 * (config.attention_heads / sizes.tensor_parallel) * width * element;
    } else {
        row = 2 * std::max<std::int64_t>(1, config.kv_heads / sizes.tensor_parallel) * config.head_dim * element;
    }
    return static_cast<std::uint64_t>(ceil_divide(row * layers, sizes.decode_context_parallel));
}

}  // namespace r1cluster::detail
