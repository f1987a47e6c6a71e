// SPDX-License-Identifier: Apache-2.0
#include "model/families/rows.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view architectures[] = {"DeepseekV3ForCausalLM", "DeepseekV2ForCausalLM"};

// Every stage made a head and read it until vllm-project/vllm#13833.
constexpr TensorRule old_head_rules[] = {
    {"lm_head.weight", Where::every_stage, SliceRule::vocabulary, "head", {.until = Release{0, 8}}},
};

// vllm/model_executor/models/deepseek_v2.py: the latent projections (q_a, kv_a) are ReplicatedLinear. Since
// 0.10.0 they are one layer (vllm-project/vllm#21116), made of the same bytes. V2-Lite does not compress the
// query and has q_proj.
constexpr TensorRule latent_attention_rules[] = {
    {"self_attn.q_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.q_a_proj.weight", Where::layer, SliceRule::replicate, "attention"},
    {"self_attn.q_a_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"self_attn.q_b_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.kv_a_proj_with_mqa.weight", Where::layer, SliceRule::replicate, "attention"},
    {"self_attn.kv_a_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"self_attn.kv_b_proj.weight", Where::layer, SliceRule::rows, "attention"},
    {"self_attn.o_proj.weight", Where::layer, SliceRule::columns, "attention"},
};

constexpr TensorRule shared_expert_rules[] = {
    {"mlp.shared_experts.gate_proj.weight", Where::layer, SliceRule::rows, "shared experts"},
    {"mlp.shared_experts.up_proj.weight", Where::layer, SliceRule::rows, "shared experts"},
    {"mlp.shared_experts.down_proj.weight", Where::layer, SliceRule::columns, "shared experts"},
    {"mlp.gate.e_score_correction_bias", Where::layer, SliceRule::replicate, "router"},
};

constexpr std::span<const TensorRule> rules[] = {
    old_head_rules, end_rules, norm_rules, latent_attention_rules, mlp_rules, expert_rules, shared_expert_rules};

}  // namespace

constinit const Family deepseek_family{"deepseek", architectures, rules};

}  // namespace r1cluster::detail
