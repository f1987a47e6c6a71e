// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows that several families have. Comments name the class of the engine whose rule a row is.

#include "model/families/family.hpp"

namespace r1cluster::detail {

// layers/vocab_parallel_embedding.py: VocabParallelEmbedding, ParallelLMHead.
inline constexpr TensorRule end_rules[] = {
    {"model.embed_tokens.weight", Where::first_stage, SliceRule::vocabulary, "embedding"},
    {"model.norm.weight", Where::last_stage, SliceRule::replicate, "norm"},
    {"lm_head.weight", Where::last_stage, SliceRule::vocabulary, "head"},
};

// Models that make both ends on every stage, needed there or not (tests/oracle: 0.7.1 to 0.32.0).
inline constexpr TensorRule ends_everywhere_rules[] = {
    {"model.embed_tokens.weight", Where::every_stage, SliceRule::vocabulary, "embedding"},
    {"model.norm.weight", Where::every_stage, SliceRule::replicate, "norm"},
    {"lm_head.weight", Where::every_stage, SliceRule::vocabulary, "head"},
};

inline constexpr TensorRule norm_rules[] = {
    {"input_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"post_attention_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"self_attn.rotary_emb.inv_freq", Where::nowhere, SliceRule::replicate, "rotary cache"},
};

// layers/linear.py: QKVParallelLinear; RowParallelLinear, whose bias every rank loads
// whole and rank 0 alone adds.
inline constexpr TensorRule grouped_query_attention_rules[] = {
    {"self_attn.q_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.q_proj.bias", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.k_proj.weight", Where::layer, SliceRule::kv_rows, "attention"},
    {"self_attn.k_proj.bias", Where::layer, SliceRule::kv_rows, "attention"},
    {"self_attn.v_proj.weight", Where::layer, SliceRule::kv_rows, "attention"},
    {"self_attn.v_proj.bias", Where::layer, SliceRule::kv_rows, "attention"},
    {"self_attn.o_proj.weight", Where::layer, SliceRule::columns, "attention"},
    {"self_attn.o_proj.bias", Where::layer, SliceRule::replicate, "attention"},
    {"self_attn.q_norm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"self_attn.k_norm.weight", Where::layer, SliceRule::replicate, "norm"},
};

// MergedColumnParallelLinear of gate and up, RowParallelLinear.
inline constexpr TensorRule mlp_rules[] = {
    {"mlp.gate_proj.weight", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.gate_proj.bias", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.up_proj.weight", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.up_proj.bias", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.down_proj.weight", Where::layer, SliceRule::columns, "MLP"},
    {"mlp.down_proj.bias", Where::layer, SliceRule::replicate, "MLP"},
};

// layers/fused_moe: every expert is sliced as an MLP.
inline constexpr TensorRule expert_rules[] = {
    {"mlp.experts.#.gate_proj.weight", Where::layer, SliceRule::rows, "routed experts"},
    {"mlp.experts.#.up_proj.weight", Where::layer, SliceRule::rows, "routed experts"},
    {"mlp.experts.#.down_proj.weight", Where::layer, SliceRule::columns, "routed experts"},
    {"mlp.gate.weight", Where::layer, SliceRule::replicate, "router"},
};

}  // namespace r1cluster::detail
