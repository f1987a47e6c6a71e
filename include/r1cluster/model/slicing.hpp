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

/// How one tensor is divided over the ranks of its group.
enum class SliceRule {
    replicate,   ///< every rank has all of it
    rows,        ///< rank r of T has rows [r*n/T, (r+1)*n/T): one run of bytes
    columns,     ///< columns [r*n/T, (r+1)*n/T): one run per row
    kv_rows,     ///< rows of whole key/value heads; with T > heads, neighbours share one
    kv_columns,  ///< the same of columns, where a quantised weight is stored as [input, output]
    vocabulary,  ///< rows of the vocabulary padded to a multiple of 64, padding not in the file
};

std::string_view to_text(SliceRule rule);

/// Which experts a rank has under expert parallelism (vLLM's --expert-placement-strategy). Either way the first
/// `experts % ranks` ranks have one more than the others; before vLLM 0.10.1 the last had all that remained. vLLM
/// places round robin only models with groups of experts, and says in its log when it does not.
enum class ExpertPlacement {
    linear,       ///< rank r the r-th run of neighbours
    round_robin,  ///< rank r the experts r, r + ranks, r + 2 ranks, ...
};

std::string_view to_text(ExpertPlacement placement);

/// What an engine makes of a tensor's elements while it loads them.
enum class Cast : std::uint8_t { none, to_bfloat16, to_float16, to_float32 };

std::string_view to_text(Cast cast);

/// What of the engine, besides the layout, decides which bytes its ranks read, and as what.
struct Loading {
    std::string engine;  ///< version of vLLM: "0.32.0"; empty: the newest that is known
    std::string dtype;   ///< of --dtype: "float16"; empty: that of config.json
    /// Speculative decoding with the checkpoint's own next-token (MTP) layers, where it has some: the last stage reads
    /// them into a draft model.
    bool drafts_next_tokens = false;
    ExpertPlacement expert_placement = ExpertPlacement::linear;
    bool operator==(const Loading&) const = default;
};

/// Where a tensor belongs in a pipeline.
struct TensorPlace {
    std::optional<std::int64_t> layer;  ///< a decoder layer; unset: before or after them
    bool is_on_first_stage = false;     ///< embedding
    bool is_on_last_stage = false;      ///< final norm, head; tied embeddings are on both
    bool is_skipped = false;            ///< read by no rank (multi-token-prediction layers, rotary caches)
    SliceRule rule = SliceRule::replicate;
    bool is_on_every_stage = false;      ///< the stages between too
    std::optional<std::int64_t> expert;  ///< a routed expert: divided over the experts' group, or whole on one rank
    bool is_float32 = false;             ///< kept so by the engine, whatever it computes in
    bool operator==(const TensorPlace&) const = default;
};

/// A family of models whose slicing we know: the rules of vLLM's own loaders
/// (vllm/model_executor/layers/linear.py, vocab_parallel_embedding.py, fused_moe, models/llama.py,
/// mixtral.py, qwen2_moe.py, deepseek_v2.py); docs/models.md says which versions they were compared with.
/// Throws Error (invalid_input), naming the architecture and those that are known, for any other.
std::string family_of(const ModelConfig& config);

/// The shape that the engine builds for this checkpoint. Since 0.29.0 a head in the files unties the
/// embeddings, whatever config.json says (vllm-project/vllm#51665); before, that head was not read.
/// No version of the engine: the newest that is known.
ModelConfig loaded_config(const Checkpoint& checkpoint, const std::optional<Version>& engine = std::nullopt);

/// Place and rule of one tensor of the checkpoint, by its name. nullopt: the family has no such tensor.
std::optional<TensorPlace> place_tensor(const ModelConfig& config, std::string_view tensor_name,
                                        const Loading& loading = {});

/// Where a rank stands in the groups that divide tensors among themselves.
struct GroupRank {
    int tensor_rank = 0;
    int tensor_parallel = 1;
    int data_rank = 0;
    int data_parallel = 1;
    bool is_expert_parallel = false;  ///< whole experts, dealt over data_parallel * tensor_parallel ranks
    bool operator==(const GroupRank&) const = default;
};

/// One contiguous or regularly strided piece of a file: `rows` runs of `run_bytes`, each `stride_bytes`
/// after the one before, the first at `offset_bytes` of the file. Names are in the checkpoint, because a plan of R1
/// for 16 ranks has 723,000 slices.
struct Slice {
    std::uint32_t file = 0;    ///< in Checkpoint::files
    std::uint32_t tensor = 0;  ///< in ShardFile::tensors: by offset, the first of the file is 0
    std::uint64_t offset_bytes = 0;
    std::uint64_t rows = 0;  ///< 0: all of the rank's part is padding
    std::uint64_t run_bytes = 0;
    std::uint64_t stride_bytes = 0;
    std::uint32_t padding_rows = 0;  ///< rows of zeros that the engine adds after the tensor's own (vocabulary)
    std::uint16_t replicas = 1;      ///< ranks of the layout that hold these same bytes, this one among them
    Cast cast = Cast::none;

    std::uint64_t bytes() const { return rows * run_bytes; }
    bool operator==(const Slice&) const = default;
};

/// The tensor that a slice is of. Throws Error (invalid_input) for a slice of another checkpoint.
Tensor tensor_of(const Checkpoint& checkpoint, const Slice& slice);

/// The part of `tensor` that a rank needs, without `file`, `tensor`, `replicas` and `cast`, which one tensor does not
/// tell. No rows and no padding: it needs nothing. Throws Error (invalid_input) in the engine's terms where it does
/// not divide.
Slice slice_tensor(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const GroupRank& rank,
                   const Loading& loading = {});

/// What the engine makes of this tensor's elements. Whole numbers and FP8 stay as they are.
Cast cast_of(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const Loading& loading = {});

/// Why this tensor-parallel size cannot be, in the engine's terms; empty when it can. Among `data_parallel` such groups
/// each routed expert is divided over all of their ranks, or with `is_expert_parallel` over none.
std::string tensor_parallel_refusal(const ModelConfig& config, int tensor_parallel, int data_parallel = 1,
                                    bool is_expert_parallel = false);

/// Why this version of the engine does not start with these layers on each pipeline stage; empty: it does.
std::string pipeline_refusal(const ModelConfig& config, const std::vector<int>& layers_per_stage,
                             const std::optional<Version>& engine = std::nullopt);

/// Bytes of key/value cache that one token takes on one rank, in all layers of `layers` together:
/// latent attention 2 * (kv_lora_rank + qk_rope_head_dim) a layer, not divided by TP; otherwise
/// 2 * heads of the rank * head_dim * bytes of the cache's dtype.
std::uint64_t kv_bytes_per_token(const ModelConfig& config, std::int64_t layers, int tensor_parallel);

}  // namespace r1cluster
