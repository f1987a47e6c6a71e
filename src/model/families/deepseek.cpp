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
    // Of the dtype that the model computes in until vllm-project/vllm#23640.
    {"mlp.gate.e_score_correction_bias", Where::layer, SliceRule::replicate, "router", {.until = Release{0, 10, 2}}},
    {.name = "mlp.gate.e_score_correction_bias",
     .where = Where::layer,
     .rule = SliceRule::replicate,
     .kind = "router",
     .releases = {.since = Release{0, 10, 2}},
     .is_float32 = true},
};

// vllm/model_executor/models/deepseek_mtp.py. Of several next-token layers it reads the first one's embedding.
constexpr TensorRule draft_rules[] = {
    {"embed_tokens.weight", Where::first_draft_layer, SliceRule::vocabulary, "next-token layers"},
    {"enorm.weight", Where::draft_layer, SliceRule::replicate, "next-token layers"},
    {"hnorm.weight", Where::draft_layer, SliceRule::replicate, "next-token layers"},
    {"eh_proj.weight", Where::draft_layer, SliceRule::replicate, "next-token layers"},
    {"shared_head.norm.weight", Where::draft_layer, SliceRule::replicate, "next-token layers"},
    {"shared_head.head.weight", Where::draft_layer, SliceRule::vocabulary, "next-token layers"},
};

constexpr std::span<const TensorRule> rules[] = {
    old_head_rules, end_rules, norm_rules, latent_attention_rules, mlp_rules, expert_rules, shared_expert_rules};

}  // namespace

constinit const Family deepseek_family{
    .name = "deepseek", .architectures = architectures, .rules = rules, .draft_rules = draft_rules};

}  // namespace r1cluster::detail
