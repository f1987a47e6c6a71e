// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "model/families/family.hpp"
#include "model/quantization.hpp"
#include "model/vocabulary.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster {
namespace {

/// One complaint for every weight that cannot be divided, in the order in which the engine makes its layers.
class Divisions {
public:
    Divisions(const ModelConfig& config, std::int64_t parts) : config_(config), parts_(parts) {}

    /// From here on, for so many parts.
    void divide_by(std::int64_t parts) { parts_ = parts; }
    void even(std::string_view what, std::int64_t amount) {
        if (amount % parts_ != 0) add(what, fmt::format("{}: {} is not divisible by {}", what, amount, parts_));
    }
    /// `format_text` is the engine's own sentence, for the part and the block.
    void blocks(std::string_view weight, std::int64_t amount, std::size_t axis, std::string_view sentence) {
        if (!config_.quantization || config_.quantization->block.size() != 2 || amount % parts_ != 0) return;
        const std::int64_t part = amount / parts_;
        const std::int64_t block = config_.quantization->block[axis];
        if (part % block == 0) return;
        add(fmt::format("{} in blocks of axis {}", weight, axis),
            fmt::format("{}: {} = {} is not divisible by weight quantization {} = {}", weight, sentence, part,
                        axis == 0 ? "block_n" : "block_k", block));
    }
    void rows(std::string_view weight, std::int64_t amount) {
        blocks(weight, amount, 0, "Weight output_partition_size");
        words(weight, amount, detail::Packed::outputs);
    }
    void columns(std::string_view weight, std::int64_t amount) {
        blocks(weight, amount, 1, "Weight input_size_per_partition");
        groups(weight, amount);
        words(weight, amount, detail::Packed::inputs);
    }
    /// layers/quantization/awq.py.
    void words(std::string_view weight, std::int64_t amount, detail::Packed axis) {
        const std::int64_t in_word = detail::weights_in_word(config_.quantization, axis);
        if (amount % parts_ != 0 || amount / parts_ % in_word == 0) return;
        const std::string_view side = axis == detail::Packed::outputs ? "output" : "input";
        add(fmt::format("{} in words of {}s", weight, side),
            fmt::format("{}: The {} size is not aligned with the quantized weight shape: {} in words of {}", weight,
                        side, amount / parts_, in_word));
    }
    void groups(std::string_view weight, std::int64_t amount) {
        const std::int64_t group = config_.quantization ? config_.quantization->group_size : 0;
        if (group == 0 || config_.quantization->has_activation_order || amount % parts_ != 0) return;
        if (amount / parts_ % group == 0) return;
        add(fmt::format("{} in groups", weight),
            fmt::format("{}: The input size is not aligned with the quantized weight shape: {} in groups of {}", weight,
                        amount / parts_, group));
    }
    void add(std::string_view reason, const std::string& complaint) {
        if (refusal_.text.empty())
            refusal_ = {std::string(reason), complaint, complaint};
        else
            refusal_.text += "; " + complaint;
    }
    const SizeRefusal& refusal() const { return refusal_; }

private:
    const ModelConfig& config_;
    std::int64_t parts_;
    SizeRefusal refusal_;
};

void judge_attention(const ModelConfig& config, std::int64_t parts, Divisions& divisions) {
    const std::int64_t heads = config.attention_heads;
    if (heads % parts != 0) {
        divisions.add("attention heads",
                      fmt::format("Total number of attention heads ({}) must be divisible by tensor parallel size ({})",
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
        divisions.add("KV heads",
                      fmt::format("number of key/value heads ({}) must be divisible by tensor parallel size ({}), or "
                                  "divide it",
                                  config.kv_heads, parts));
    }
    divisions.rows("q_proj", heads * config.head_dim);
    divisions.rows("k_proj", std::max(parts, config.kv_heads) * config.head_dim);
    divisions.columns("o_proj", heads * config.head_dim);
}

/// Among how many ranks a tensor is divided.
struct Parts {
    std::int64_t all = 1;
    std::int64_t experts = 1;  ///< of routed experts
};

void judge_mlp(const ModelConfig& config, Parts parts, Divisions& divisions) {
    const std::optional<Experts>& experts = config.experts;
    if (!experts || experts->first_dense_layers > 0 || !experts->later_dense_layers.empty()) {
        divisions.even("intermediate_size", config.intermediate_size);
        divisions.rows("mlp.gate_proj", config.intermediate_size);
        divisions.columns("mlp.down_proj", config.intermediate_size);
    }
    if (!experts) return;
    const detail::Family* const family = detail::find_family(config.architecture);
    if (family && family->needs_an_expert_per_rank && parts.all > experts->routed) {
        divisions.add("experts", fmt::format("Tensor parallel size {} is greater than the number of experts {}",
                                             parts.all, experts->routed));
    }
    divisions.divide_by(parts.experts);
    divisions.even("intermediate size of an expert", experts->intermediate_size);
    divisions.blocks("experts", experts->intermediate_size, 0, "The output_size of gate's and up's weight");
    divisions.blocks("experts", experts->intermediate_size, 1, "The input_size of down's weight");
    divisions.words("experts", experts->intermediate_size, detail::Packed::outputs);
    divisions.groups("experts", experts->intermediate_size);
    divisions.words("experts", experts->intermediate_size, detail::Packed::inputs);
    divisions.divide_by(parts.all);
    if (experts->shared_intermediate_size > 0) {
        divisions.even("intermediate size of the shared experts", experts->shared_intermediate_size);
        divisions.rows("shared gate_proj", experts->shared_intermediate_size);
        divisions.columns("shared down_proj", experts->shared_intermediate_size);
    }
}

SizeRefusal undivided(const ModelConfig& config, Parts parts) {
    Divisions divisions(config, parts.all);
    judge_attention(config, parts.all, divisions);
    divisions.even("vocab_size, padded to 64", static_cast<std::int64_t>(detail::padded_vocabulary(config)));
    judge_mlp(config, parts, divisions);
    return divisions.refusal();
}

}  // namespace

SizeRefusal tensor_parallel_refusal(const ModelConfig& config, int tensor_parallel, int data_parallel,
                                    bool is_expert_parallel) {
    const auto not_positive = [](std::string_view what, int size) {
        const std::string text = fmt::format("{} parallel size {} is not positive", what, size);
        return SizeRefusal{std::string(what), text, text};
    };
    if (tensor_parallel < 1) return not_positive("tensor", tensor_parallel);
    if (data_parallel < 1) return not_positive("data", data_parallel);
    const auto refusal_of = [&](int size) {
        return undivided(config, {size, is_expert_parallel ? 1 : std::int64_t{size} * data_parallel});
    };
    SizeRefusal refusal = refusal_of(tensor_parallel);
    if (refusal.text.empty()) return refusal;
    constexpr int most_listed = 64;
    std::string possible;
    for (int size = 1; size <= most_listed; ++size) {
        if (refusal_of(size).text.empty()) possible += fmt::format("{}{}", possible.empty() ? "" : ", ", size);
    }
    const std::string instead =
        fmt::format(" (possible up to {}: {})", most_listed, possible.empty() ? "none" : possible);
    refusal.brief += instead;
    refusal.text += instead;
    return refusal;
}

std::uint64_t kv_bytes_per_token(const ModelConfig& config, std::int64_t layers, int tensor_parallel) {
    // The cache has the dtype that the engine computes in: 16 bits, also for a model written in float32.
    constexpr std::int64_t element_bytes = 2;
    if (config.latent_attention) {
        const LatentAttention& latent = *config.latent_attention;
        return static_cast<std::uint64_t>(layers * (latent.kv_lora_rank + latent.qk_rope_head_dim) * element_bytes);
    }
    const std::int64_t heads = std::max<std::int64_t>(1, config.kv_heads / std::max(1, tensor_parallel));
    return static_cast<std::uint64_t>(2 * layers * heads * config.head_dim * element_bytes);
}

}  // namespace r1cluster
