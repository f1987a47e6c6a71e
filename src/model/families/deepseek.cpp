// SPDX-License-Identifier: Apache-2.0
#include "model/families/family.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view architectures[] = {"DeepseekV3ForCausalLM", "DeepseekV2ForCausalLM"};

// vllm/model_executor/models/deepseek_v2.py: the latent projections (q_a, kv_a) are ReplicatedLinear, the
// experts are FusedMoE, each sliced as an MLP. V2-Lite does not compress the query and has q_proj.
constexpr TensorRule rules[] = {
    {"model.embed_tokens.weight", Where::first_stage, SliceRule::vocabulary, "embedding"},
    {"model.norm.weight", Where::last_stage, SliceRule::replicate, "norm"},
    {"lm_head.weight", Where::last_stage, SliceRule::vocabulary, "head"},
    {"mlp.experts.#.gate_proj.weight", Where::layer, SliceRule::rows, "routed experts"},
    {"mlp.experts.#.up_proj.weight", Where::layer, SliceRule::rows, "routed experts"},
    {"mlp.experts.#.down_proj.weight", Where::layer, SliceRule::columns, "routed experts"},
    {"mlp.shared_experts.gate_proj.weight", Where::layer, SliceRule::rows, "shared experts"},
    {"mlp.shared_experts.up_proj.weight", Where::layer, SliceRule::rows, "shared experts"},
    {"mlp.shared_experts.down_proj.weight", Where::layer, SliceRule::columns, "shared experts"},
    {"mlp.gate.weight", Where::layer, SliceRule::replicate, "router"},
    {"mlp.gate.e_score_correction_bias", Where::layer, SliceRule::replicate, "router"},
    {"mlp.gate_proj.weight", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.up_proj.weight", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.down_proj.weight", Where::layer, SliceRule::columns, "MLP"},
    {"self_attn.q_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.q_a_proj.weight", Where::layer, SliceRule::replicate, "attention"},
    {"self_attn.q_a_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"self_attn.q_b_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.kv_a_proj_with_mqa.weight", Where::layer, SliceRule::replicate, "attention"},
    {"self_attn.kv_a_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"self_attn.kv_b_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.o_proj.weight", Where::layer, SliceRule::columns, "attention"},
    {"self_attn.rotary_emb.inv_freq", Where::nowhere, SliceRule::replicate, "rotary cache"},
    {"input_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"post_attention_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
};

}  // namespace

constinit const Family deepseek_family{"deepseek", architectures, rules};

}  // namespace r1cluster::detail
