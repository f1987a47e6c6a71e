// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/slicing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/families/family.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace {

/// vllm/model_executor/layers/vocab_parallel_embedding.py, DEFAULT_VOCAB_PADDING_SIZE.
constexpr std::uint64_t vocabulary_padding = 64;

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

std::uint64_t padded_vocabulary(const ModelConfig& config) {
    const std::uint64_t size = unsigned_of(config.vocabulary_size);
    return (size + vocabulary_padding - 1) / vocabulary_padding * vocabulary_padding;
}

[[noreturn]] void refuse(const Tensor& tensor, int tensor_parallel, const std::string& what) {
    throw Error(ErrorKind::invalid_input, tensor.name,
                fmt::format("slicing \"{}\" for tensor parallel size {}: {}", tensor.name, tensor_parallel, what));
}

std::uint64_t divided(const Tensor& tensor, std::uint64_t amount, std::uint64_t parts) {
    if (amount % parts != 0) {
        refuse(tensor, static_cast<int>(parts), fmt::format("{} is not divisible by {}", amount, parts));
    }
    return amount / parts;
}

/// A block of FP8 weights shares one scale, so a slice must end where a block ends.
void check_block(const ModelConfig& config, const Tensor& tensor, std::size_t axis, std::uint64_t part,
                 int tensor_parallel) {
    const bool has_blocks = config.quantization && config.quantization->block.size() == 2;
    if (!has_blocks || !tensor.dtype.starts_with("F8_") || tensor.shape.size() != 2) return;
    const std::uint64_t block = unsigned_of(config.quantization->block[axis]);
    if (part % block == 0) return;
    refuse(tensor, tensor_parallel,
           fmt::format("{} = {} is not divisible by weight quantization {} = {}",
                       axis == 0 ? "Weight output_partition_size" : "Weight input_size_per_partition", part,
                       axis == 0 ? "block_n" : "block_k", block));
}

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t count = 0;
};

Range rows_of(const ModelConfig& config, const Tensor& tensor, SliceRule rule, std::uint64_t rank,
              std::uint64_t parts) {
    const std::uint64_t rows = tensor.shape[0];
    if (rule == SliceRule::vocabulary) {
        const std::uint64_t share = divided(tensor, padded_vocabulary(config), parts);
        const std::uint64_t begin = std::min(rank * share, rows);
        return {begin, std::min((rank + 1) * share, rows) - begin};
    }
    const std::uint64_t heads = unsigned_of(config.kv_heads);
    if (rule == SliceRule::kv_rows && parts > heads) {
        if (parts % heads != 0)
            refuse(tensor, static_cast<int>(parts), fmt::format("{} is not divisible by {}", parts, heads));
        const std::uint64_t share = divided(tensor, rows, heads);
        return {rank / (parts / heads) * share, share};
    }
    if (rule == SliceRule::kv_rows) divided(tensor, heads, parts);
    const std::uint64_t share = divided(tensor, rows, parts);
    return {rank * share, share};
}

Slice columns_of(const ModelConfig& config, const Tensor& tensor, Slice slice, std::uint64_t rank,
                 std::uint64_t parts) {
    if (tensor.shape.size() != 2)
        refuse(tensor, static_cast<int>(parts), "its columns are wanted, but it is no matrix");
    const std::uint64_t share = divided(tensor, tensor.shape[1], parts);
    check_block(config, tensor, 1, share, static_cast<int>(parts));
    slice.rows = tensor.size_bytes == 0 ? 0 : tensor.shape[0];
    slice.stride_bytes = slice.rows == 0 ? 0 : tensor.size_bytes / tensor.shape[0];
    slice.run_bytes = divided(tensor, slice.stride_bytes, parts);
    slice.offset_bytes += rank * slice.run_bytes;
    if (share == 0) slice.rows = 0;
    return slice;
}

/// One complaint for every weight that cannot be divided, in the order in which the engine makes its layers.
class Divisions {
public:
    Divisions(const ModelConfig& config, std::int64_t parts) : config_(config), parts_(parts) {}

    void even(std::string_view what, std::int64_t amount) {
        if (amount % parts_ != 0) add(fmt::format("{}: {} is not divisible by {}", what, amount, parts_));
    }
    /// `format_text` is the engine's own sentence, for the part and the block.
    void blocks(std::string_view weight, std::int64_t amount, std::size_t axis, std::string_view sentence) {
        if (!config_.quantization || config_.quantization->block.size() != 2 || amount % parts_ != 0) return;
        const std::int64_t part = amount / parts_;
        const std::int64_t block = config_.quantization->block[axis];
        if (part % block == 0) return;
        add(fmt::format("{}: {} = {} is not divisible by weight quantization {} = {}", weight, sentence, part,
                        axis == 0 ? "block_n" : "block_k", block));
    }
    void rows(std::string_view weight, std::int64_t amount) {
        blocks(weight, amount, 0, "Weight output_partition_size");
    }
    void columns(std::string_view weight, std::int64_t amount) {
        blocks(weight, amount, 1, "Weight input_size_per_partition");
    }
    void add(const std::string& what) { text_ += (text_.empty() ? "" : "; ") + what; }
    const std::string& text() const { return text_; }

private:
    const ModelConfig& config_;
    std::int64_t parts_;
    std::string text_;
};

void judge_attention(const ModelConfig& config, std::int64_t parts, Divisions& divisions) {
    const std::int64_t heads = config.attention_heads;
    if (heads % parts != 0) {
        divisions.add(fmt::format("Total number of attention heads ({}) must be divisible by tensor parallel size ({})",
                                  heads, parts));
        return;
    }
    if (config.latent_attention) {
        const LatentAttention& latent = *config.latent_attention;
        divisions.rows(latent.q_lora_rank > 0 ? "q_b_proj" : "q_proj", heads * config.head_dim);
        divisions.rows("kv_b_proj", heads * (latent.qk_nope_head_dim + latent.v_head_dim));
        divisions.columns("o_proj", heads * latent.v_head_dim);
        return;
    }
    const bool is_shared = parts > config.kv_heads;
    if (is_shared ? parts % config.kv_heads != 0 : config.kv_heads % parts != 0) {
        divisions.add(
            fmt::format("number of key/value heads ({}) must be divisible by tensor parallel size ({}), or "
                        "divide it",
                        config.kv_heads, parts));
    }
    divisions.rows("q_proj", heads * config.head_dim);
    divisions.rows("k_proj", std::max(parts, config.kv_heads) * config.head_dim);
    divisions.columns("o_proj", heads * config.head_dim);
}

void judge_mlp(const ModelConfig& config, std::int64_t parts, Divisions& divisions) {
    const std::optional<Experts>& experts = config.experts;
    if (!experts || experts->first_dense_layers > 0 || !experts->later_dense_layers.empty()) {
        divisions.even("intermediate_size", config.intermediate_size);
        divisions.rows("mlp.gate_proj", config.intermediate_size);
        divisions.columns("mlp.down_proj", config.intermediate_size);
    }
    if (!experts) return;
    const detail::Family* const family = detail::find_family(config.architecture);
    if (family && family->needs_an_expert_per_rank && parts > experts->routed) {
        divisions.add(
            fmt::format("Tensor parallel size {} is greater than the number of experts {}", parts, experts->routed));
    }
    divisions.even("intermediate size of an expert", experts->intermediate_size);
    divisions.blocks("experts", experts->intermediate_size, 0, "The output_size of gate's and up's weight");
    divisions.blocks("experts", experts->intermediate_size, 1, "The input_size of down's weight");
    if (experts->shared_intermediate_size > 0) {
        divisions.even("intermediate size of the shared experts", experts->shared_intermediate_size);
        divisions.rows("shared gate_proj", experts->shared_intermediate_size);
        divisions.columns("shared down_proj", experts->shared_intermediate_size);
    }
}

std::string undivided(const ModelConfig& config, int tensor_parallel) {
    Divisions divisions(config, tensor_parallel);
    divisions.even("vocab_size, padded to 64", static_cast<std::int64_t>(padded_vocabulary(config)));
    judge_attention(config, tensor_parallel, divisions);
    judge_mlp(config, tensor_parallel, divisions);
    return divisions.text();
}

}  // namespace

std::string_view to_text(SliceRule rule) {
    switch (rule) {
        case SliceRule::replicate: return "replicate";
        case SliceRule::rows: return "rows";
        case SliceRule::columns: return "columns";
        case SliceRule::kv_rows: return "kv_rows";
        case SliceRule::vocabulary: return "vocabulary";
    }
    return "replicate";
}

Slice slice_tensor(const ModelConfig& config, const ShardFile& file, const Tensor& tensor, const TensorPlace& place,
                   int tensor_rank, int tensor_parallel) {
    if (tensor_parallel < 1 || tensor_rank < 0 || tensor_rank >= tensor_parallel) {
        refuse(tensor, tensor_parallel, fmt::format("there is no rank {}", tensor_rank));
    }
    Slice slice{file.name, tensor.name, tensor.offset_bytes, 0, 0, 0};
    if (place.is_skipped) return slice;
    const bool is_whole = place.rule == SliceRule::replicate || tensor_parallel == 1;
    if (is_whole) {
        slice.rows = tensor.size_bytes > 0 ? 1 : 0;
        slice.run_bytes = slice.stride_bytes = tensor.size_bytes;
        return slice;
    }
    const auto rank = static_cast<std::uint64_t>(tensor_rank), parts = static_cast<std::uint64_t>(tensor_parallel);
    if (tensor.shape.empty()) refuse(tensor, tensor_parallel, "its rows are wanted, but it is a single number");
    if (place.rule == SliceRule::columns) return columns_of(config, tensor, slice, rank, parts);

    const Range range = rows_of(config, tensor, place.rule, rank, parts);
    if (place.rule != SliceRule::vocabulary) check_block(config, tensor, 0, range.count, tensor_parallel);
    if (range.count == 0 || tensor.size_bytes == 0) return slice;
    const std::uint64_t row_bytes = divided(tensor, tensor.size_bytes, tensor.shape[0]);
    slice.offset_bytes += range.begin * row_bytes;
    slice.rows = 1;  // rows lie one after the other: a single run
    slice.run_bytes = slice.stride_bytes = range.count * row_bytes;
    return slice;
}

std::string tensor_parallel_refusal(const ModelConfig& config, int tensor_parallel) {
    if (tensor_parallel < 1) return fmt::format("tensor parallel size {} is not positive", tensor_parallel);
    if (tensor_parallel == 1) return "";
    std::string refusal = undivided(config, tensor_parallel);
    if (refusal.empty()) return refusal;
    constexpr int most_listed = 64;
    std::string possible = "1";
    for (int size = 2; size <= most_listed; ++size) {
        if (undivided(config, size).empty()) possible += fmt::format(", {}", size);
    }
    return fmt::format("{} (possible up to {}: {})", refusal, most_listed, possible);
}

std::uint64_t kv_bytes_per_token(const ModelConfig& config, std::int64_t layers, int tensor_parallel) {
    // The cache has the dtype that the engine computes in: 16 bits, also for a model written in float32.
    constexpr std::int64_t element_bytes = 2;
    if (config.latent_attention) {
        const LatentAttention& latent = *config.latent_attention;
        return unsigned_of(layers * (latent.kv_lora_rank + latent.qk_rope_head_dim) * element_bytes);
    }
    const std::int64_t heads = std::max<std::int64_t>(1, config.kv_heads / std::max(1, tensor_parallel));
    return unsigned_of(2 * layers * heads * config.head_dim * element_bytes);
}

}  // namespace r1cluster
