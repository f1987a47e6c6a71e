// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/base/version.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster {

/// How one tensor is divided over the ranks of a tensor-parallel group.
enum class SliceRule {
    replicate,   ///< every rank has all of it
    rows,        ///< rank r of T has rows [r*n/T, (r+1)*n/T): one run of bytes
    columns,     ///< columns [r*n/T, (r+1)*n/T): one run per row
    kv_rows,     ///< rows of whole key/value heads; with T > heads, neighbours share one
    vocabulary,  ///< rows of the vocabulary padded to a multiple of 64, padding not in the file
};

std::string_view to_text(SliceRule rule);

/// Where a tensor belongs in a pipeline.
struct TensorPlace {
    std::optional<std::int64_t> layer;  ///< a decoder layer; unset: before or after them
    bool is_on_first_stage = false;     ///< embedding
    bool is_on_last_stage = false;      ///< final norm, head; tied embeddings are on both
    bool is_skipped = false;            ///< read by no rank (multi-token-prediction layers, rotary caches)
    SliceRule rule = SliceRule::replicate;
    bool is_on_every_stage = false;  ///< the stages between too
    bool operator==(const TensorPlace&) const = default;
};

/// A family of models whose slicing we know: the rules of vLLM's own loaders
/// (vllm/model_executor/layers/linear.py, vocab_parallel_embedding.py, fused_moe, models/llama.py,
/// mixtral.py, qwen2_moe.py, deepseek_v2.py); docs/models.md says which versions they were compared with.
/// Throws Error (invalid_input), naming the architecture and those that are known, for any other.
std::string family_of(const ModelConfig& config);

/// The shape that the engine builds for this checkpoint. Since 0.29.0 a head in the files unties the
/// embeddings, whatever config.json says (vllm-project/vllm#51665); before, that head was not read.
/// No version of the engine: the newest that is known, here and below.
ModelConfig loaded_config(const Checkpoint& checkpoint, const std::optional<Version>& engine = std::nullopt);

/// Place and rule of one tensor of the checkpoint, by its name. nullopt: the family has no such tensor.
std::optional<TensorPlace> place_tensor(const ModelConfig& config, std::string_view tensor_name,
                                        const std::optional<Version>& engine = std::nullopt);

/// One contiguous or regularly strided piece of a file: `rows` runs of `run_bytes`, each `stride_bytes`
/// after the one before, the first at `offset_bytes` of the file.
struct Slice {
    std::string file;
    std::string tensor;
    std::uint64_t offset_bytes = 0;
    std::uint64_t rows = 0;
    std::uint64_t run_bytes = 0;
    std::uint64_t stride_bytes = 0;

    std::uint64_t bytes() const { return rows * run_bytes; }
    bool operator==(const Slice&) const = default;
};

/// Bytes of `tensor` that rank `tensor_rank` of `tensor_parallel` needs; zero rows when it needs none
/// (vocabulary padding). Throws Error (invalid_input) in the engine's terms where it does not divide.
Slice slice_tensor(const ModelConfig& config, const ShardFile& file, const Tensor& tensor, const TensorPlace& place,
                   int tensor_rank, int tensor_parallel);

/// Why this tensor-parallel size cannot be, in the engine's terms; empty when it can.
std::string tensor_parallel_refusal(const ModelConfig& config, int tensor_parallel);

/// Bytes of key/value cache that one token takes on one rank, in all layers of `layers` together:
/// latent attention 2 * (kv_lora_rank + qk_rope_head_dim) a layer, not divided by TP; otherwise
/// 2 * heads of the rank * head_dim * bytes of the cache's dtype.
std::uint64_t kv_bytes_per_token(const ModelConfig& config, std::int64_t layers, int tensor_parallel);

}  // namespace r1cluster
