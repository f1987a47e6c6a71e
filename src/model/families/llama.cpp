// SPDX-License-Identifier: Apache-2.0
#include "model/families/rows.hpp"

namespace r1cluster::detail {
namespace {

// models/llama.py, qwen2.py, qwen3.py.
constexpr std::string_view architectures[] = {"LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"};

constexpr std::span<const TensorRule> rules[] = {end_rules, norm_rules, grouped_query_attention_rules, mlp_rules};

}  // namespace

extern constinit const Family llama_family{"llama", architectures, rules};

}  // namespace r1cluster::detail
