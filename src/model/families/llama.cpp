// SPDX-License-Identifier: Apache-2.0
#include "model/families/family.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view architectures[] = {"LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"};

// vllm/model_executor/models/llama.py, qwen2.py, qwen3.py: QKVParallelLinear, MergedColumnParallelLinear,
// RowParallelLinear (whose bias is loaded whole and added by rank 0 alone), VocabParallelEmbedding.
constexpr TensorRule rules[] = {
    {"model.embed_tokens.weight", Where::first_stage, SliceRule::vocabulary, "embedding"},
    {"model.norm.weight", Where::last_stage, SliceRule::replicate, "norm"},
    {"lm_head.weight", Where::last_stage, SliceRule::vocabulary, "head"},
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
    {"self_attn.rotary_emb.inv_freq", Where::nowhere, SliceRule::replicate, "rotary cache"},
    {"mlp.gate_proj.weight", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.gate_proj.bias", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.up_proj.weight", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.up_proj.bias", Where::layer, SliceRule::rows, "MLP"},
    {"mlp.down_proj.weight", Where::layer, SliceRule::columns, "MLP"},
    {"mlp.down_proj.bias", Where::layer, SliceRule::replicate, "MLP"},
    {"input_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
    {"post_attention_layernorm.weight", Where::layer, SliceRule::replicate, "norm"},
};

}  // namespace

constinit const Family llama_family{"llama", architectures, rules};

}  // namespace r1cluster::detail
