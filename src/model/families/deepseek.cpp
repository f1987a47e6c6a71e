// SPDX-License-Identifier: Apache-2.0
#include "model/families/rows.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view architectures[] = {"DeepseekV3ForCausalLM", "DeepseekV2ForCausalLM"};

constexpr TensorRule old_head_rules[] = {
    {"lm_head.weight", Where::every_stage, SliceRule::vocabulary, "head", {.with = EngineFeature::head_on_every_stage}},
};

// models/deepseek_v2.py: the latent projections (q_a, kv_a) are ReplicatedLinear; newer releases make them one layer
// of the same bytes. V2-Lite does not compress the query and has q_proj.
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
    {"mlp.gate.e_score_correction_bias",
     Where::layer,
     SliceRule::replicate,
     "router",
     {.without = EngineFeature::float32_router_bias}},
    {.name = "mlp.gate.e_score_correction_bias",
     .where = Where::layer,
     .rule = SliceRule::replicate,
     .kind = "router",
     .releases = {.with = EngineFeature::float32_router_bias},
     .is_float32 = true},
};

// models/deepseek_mtp.py. Of several next-token layers it reads the first one's embedding.
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

extern constinit const Family deepseek_family{
    .name = "deepseek", .architectures = architectures, .rules = rules, .draft_rules = draft_rules};

}  // namespace r1cluster::detail
