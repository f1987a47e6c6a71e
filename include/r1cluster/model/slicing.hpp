// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/base/version.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster {

/// How one tensor is divided over the ranks of its group.
enum class SliceRule {
    replicate,   ///< every rank has the whole tensor
    rows,        ///< rank r of T has rows [r*n/T, (r+1)*n/T): one run of bytes
    columns,     ///< columns [r*n/T, (r+1)*n/T): one run per row
    kv_rows,     ///< rows of whole key/value heads; with T > heads, neighbouring ranks share a head
    kv_columns,  ///< columns of whole key/value heads, for quantised weights stored as [input, output]
    vocabulary,  ///< rows of the vocabulary, padded to a multiple of 64; the file has no padding
};

std::string_view to_text(SliceRule rule);

/// Which experts a rank has with expert parallelism (--expert-placement-strategy). With both placements the first
/// `experts % ranks` ranks have one expert more; in old releases the last rank had the whole remainder. The engine uses
/// round robin only for models with expert groups, and logs when it falls back.
enum class ExpertPlacement {
    linear,       ///< rank r has the r-th run of consecutive experts
    round_robin,  ///< rank r has the experts r, r + ranks, r + 2 ranks, ...
};

std::string_view to_text(ExpertPlacement placement);

/// The conversion of a tensor's elements while the engine loads them.
enum class Cast : std::uint8_t { none, to_bfloat16, to_float16, to_float32 };

std::string_view to_text(Cast cast);

/// Properties of the engine, besides the layout, that decide which bytes a rank reads and their dtype in memory.
struct Loading {
    std::string engine;  ///< release of the engine that a spec gets by default: "0.32.0"; empty: the newest known
    std::string dtype;   ///< value of --dtype: "float16"; empty: dtype of config.json
    /// Speculative decoding with the checkpoint's own next-token (MTP) layers: the last stage reads these layers into a
    /// draft model.
    bool drafts_next_tokens = false;
    ExpertPlacement expert_placement = ExpertPlacement::linear;  ///< which experts each rank has
    bool operator==(const Loading&) const = default;
};

/// Where a tensor belongs in a pipeline.
struct TensorPlace {
    std::optional<std::int64_t> layer;      ///< decoder layer; unset: before or after all layers
    bool is_on_first_stage = false;         ///< embedding
    bool is_on_last_stage = false;          ///< final norm, head; tied embeddings are on both
    bool is_skipped = false;                ///< no rank reads it (MTP layers, rotary caches)
    SliceRule rule = SliceRule::replicate;  ///< how it is divided
    bool is_on_every_stage = false;         ///< also on all stages in between
    std::optional<std::int64_t> expert;     ///< routed expert: divided over the expert group, or whole on one rank
    bool is_float32 = false;                ///< the engine keeps float32 for any compute dtype
    bool operator==(const TensorPlace&) const = default;
};

/// The name of the model family whose slicing rules apply. The rules are those of the engine's loaders; docs/models.md
/// lists the releases that they were compared with, and the engine's table of features says where releases differ.
/// For any other architecture, throws Error (invalid_input) that lists the known architectures.
std::string family_of(const ModelConfig& config);

/// The model shape that the engine builds for this checkpoint. In newer releases a head in the files unties the
/// embeddings, even if config.json ties them; older releases do not read that head. Without a version, the newest known
/// version applies.
ModelConfig loaded_config(const Checkpoint& checkpoint, const std::optional<Version>& engine = std::nullopt,
                          const Knowledge& knowledge = Knowledge::embedded());

/// Place and slicing rule of a tensor, by its name; nullopt if the family has no such tensor.
std::optional<TensorPlace> place_tensor(const ModelConfig& config, std::string_view tensor_name,
                                        const Loading& loading = {},
                                        const Knowledge& knowledge = Knowledge::embedded());

/// The position of a rank in its tensor-parallel, data-parallel and expert-parallel groups.
struct GroupRank {
    int tensor_rank = 0;              ///< in its tensor-parallel group
    int tensor_parallel = 1;          ///< ranks of the tensor-parallel group
    int data_rank = 0;                ///< in its data-parallel group
    int data_parallel = 1;            ///< ranks of the data-parallel group
    bool is_expert_parallel = false;  ///< whole experts, distributed over data_parallel * tensor_parallel ranks
    bool operator==(const GroupRank&) const = default;
};

/// A contiguous or regularly strided part of a file: `rows` runs of `run_bytes`, the first at `offset_bytes` of the
/// file, each further run `stride_bytes` later. A slice has no names, because a plan of R1 for 16 ranks has 723,000
/// slices; the checkpoint has the names.
struct Slice {
    std::uint32_t file = 0;          ///< index into Checkpoint::files
    std::uint32_t tensor = 0;        ///< index into ShardFile::tensors, which is ordered by offset
    std::uint64_t offset_bytes = 0;  ///< in the file
    std::uint64_t rows = 0;          ///< 0: the rank has only padding
    std::uint64_t run_bytes = 0;     ///< read from each row
    std::uint64_t stride_bytes = 0;  ///< from row to row
    std::uint32_t padding_rows = 0;  ///< rows of zeros that the engine appends (vocabulary)
    std::uint16_t replicas = 1;      ///< number of ranks that read the same bytes, including this rank
    Cast cast = Cast::none;          ///< what becomes of the elements

    std::uint64_t bytes() const { return rows * run_bytes; }
    bool operator==(const Slice&) const = default;
};

/// The tensor to which a slice belongs. Throws Error (invalid_input) for a slice of another checkpoint.
Tensor tensor_of(const Checkpoint& checkpoint, const Slice& slice);

/// The part of `tensor` that a rank reads; `file`, `tensor`, `replicas` and `cast` are not set. If `rows` and
/// `padding_rows` are 0, the rank reads nothing. Throws Error (invalid_input) in the engine's terms if the tensor
/// cannot be divided.
Slice slice_tensor(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const GroupRank& rank,
                   const Loading& loading = {}, const Knowledge& knowledge = Knowledge::embedded());

/// The conversion that the engine applies to this tensor. Integers and FP8 are not converted.
Cast cast_of(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const Loading& loading = {},
             const Knowledge& knowledge = Knowledge::embedded());

/// Why the engine refuses a tensor-parallel size, in its terms.
struct SizeRefusal {
    std::string reason;  ///< subject of the first complaint, the same for all sizes: "attention heads"
    std::string brief;   ///< the first complaint, and the sizes that are possible
    std::string text;    ///< every complaint, and the sizes that are possible; empty: the size is possible
    bool operator==(const SizeRefusal&) const = default;
};

/// Why the engine refuses this tensor-parallel size; `text` is empty if it does not. Each routed expert is divided
/// over the ranks of all `data_parallel` groups, or not divided with `is_expert_parallel`.
SizeRefusal tensor_parallel_refusal(const ModelConfig& config, int tensor_parallel, int data_parallel = 1,
                                    bool is_expert_parallel = false);

/// Why this release of the engine that a spec gets by default fails to start with these layers per pipeline stage, in
/// its words; empty if it does not.
std::string pipeline_refusal(const ModelConfig& config, const std::vector<int>& layers_per_stage,
                             const std::optional<Version>& engine = std::nullopt,
                             const Knowledge& knowledge = Knowledge::embedded());

/// KV cache bytes of one token on one rank, for `layers` layers:
/// latent attention 2 * (kv_lora_rank + qk_rope_head_dim) per layer, not divided by TP; otherwise
/// 2 * heads of the rank * head_dim * bytes of the cache's dtype.
std::uint64_t kv_bytes_per_token(const ModelConfig& config, std::int64_t layers, int tensor_parallel);

}  // namespace r1cluster
