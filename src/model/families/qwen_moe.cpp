// SPDX-License-Identifier: Apache-2.0
#include "model/families/rows.hpp"

namespace r1cluster::detail {
namespace {

// models/qwen2_moe.py, qwen3_moe.py.
constexpr std::string_view architectures[] = {"Qwen2MoeForCausalLM", "Qwen3MoeForCausalLM"};

// The shared expert is an MLP whose output a gate of one row weighs.
constexpr TensorRule shared_expert_rules[] = {
    {"mlp.shared_expert.gate_proj.weight", Where::layer, SliceRule::rows, "shared experts"},
    {"mlp.shared_expert.up_proj.weight", Where::layer, SliceRule::rows, "shared experts"},
    {"mlp.shared_expert.down_proj.weight", Where::layer, SliceRule::columns, "shared experts"},
    {"mlp.shared_expert_gate.weight", Where::layer, SliceRule::replicate, "router"},
};

constexpr std::span<const TensorRule> rules[] = {
    ends_everywhere_rules, norm_rules, grouped_query_attention_rules, mlp_rules, expert_rules, shared_expert_rules};

}  // namespace

extern constinit const Family qwen_moe_family{
    .name = "qwen_moe", .architectures = architectures, .rules = rules, .needs_an_expert_per_rank = true};

}  // namespace r1cluster::detail
