# SPDX-License-Identifier: Apache-2.0
"""config.json of a small model of each family. Shapes are not all alike, so that a slice taken along the wrong axis or
by the wrong rule has other bytes."""

from __future__ import annotations

from quantized import QUANTIZED, quantization_of

_COMMON = {
    "torch_dtype": "bfloat16",
    "hidden_act": "silu",
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "vocab_size": 1000,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
}
_LLAMA = {
    **_COMMON,
    "hidden_size": 320,
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "intermediate_size": 176,
    "head_dim": 32,
}
_QWEN_EXPERTS = {
    **_COMMON,
    "intermediate_size": 176,
    "moe_intermediate_size": 48,
    "num_experts": 6,
    "num_experts_per_tok": 2,
    "norm_topk_prob": True,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
}
_QWEN3 = {
    **_COMMON,
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "intermediate_size": 176,
    "hidden_size": 320,
    "head_dim": 32,
}
_QWEN3_MOE = {
    **_QWEN_EXPERTS,
    "architectures": ["Qwen3MoeForCausalLM"],
    "model_type": "qwen3_moe",
    "head_dim": 32,
    "decoder_sparse_step": 2,
}
_DEEPSEEK = {
    **_COMMON,
    "num_key_value_heads": 8,
    "max_position_embeddings": 163840,
    "rope_scaling": {
        "type": "yarn",
        "factor": 40,
        "mscale": 1.0,
        "mscale_all_dim": 1.0,
        "original_max_position_embeddings": 4096,
        "beta_fast": 32,
        "beta_slow": 1,
    },
    "intermediate_size": 176,
    "moe_intermediate_size": 48,
    "n_routed_experts": 8,
    "n_shared_experts": 2,
    "num_experts_per_tok": 2,
    "first_k_dense_replace": 1,
    "moe_layer_freq": 1,
    "q_lora_rank": 40,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "norm_topk_prob": True,
    "routed_scaling_factor": 2.5,
    "n_group": 4,
    "topk_group": 2,
    "num_nextn_predict_layers": 0,
    "attention_bias": False,
}
_DEEPSEEK_V3 = {
    **_DEEPSEEK,
    "architectures": ["DeepseekV3ForCausalLM"],
    "model_type": "deepseek_v3",
    "n_shared_experts": 1,
    "topk_method": "noaux_tc",
    "scoring_func": "sigmoid",
    "num_nextn_predict_layers": 1,
}

# The keys and values of config.json, by family.
FAMILIES: dict[str, dict] = {
    "llama": _LLAMA,
    "llama_tied": {**_LLAMA, "tie_word_embeddings": True},
    "llama_bias": {**_LLAMA, "attention_bias": True, "mlp_bias": True},
    "qwen2": {
        **_COMMON,
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "intermediate_size": 176,
        "tie_word_embeddings": True,
    },
    "qwen3": _QWEN3,
    "mixtral": {
        **_COMMON,
        "architectures": ["MixtralForCausalLM"],
        "model_type": "mixtral",
        "intermediate_size": 176,
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
    },
    "qwen2_moe": {
        **_QWEN_EXPERTS,
        "architectures": ["Qwen2MoeForCausalLM"],
        "model_type": "qwen2_moe",
        "shared_expert_intermediate_size": 80,
        "mlp_only_layers": [1],
    },
    "qwen3_moe": _QWEN3_MOE,
    "qwen3_fp8": {**_QWEN3, "head_dim": 128, "intermediate_size": 1536, "quantization_config": QUANTIZED["fp8_block"]},
    "qwen3_moe_fp8": {
        **_QWEN3_MOE,
        "head_dim": 128,
        "intermediate_size": 1536,
        "moe_intermediate_size": 512,
        "quantization_config": QUANTIZED["fp8_block"],
    },
    "deepseek_v2": {
        **_DEEPSEEK,
        "architectures": ["DeepseekV2ForCausalLM"],
        "model_type": "deepseek_v2",
        "topk_method": "group_limited_greedy",
        "scoring_func": "softmax",
    },
    "deepseek_v2_lite": {
        **_DEEPSEEK,
        "architectures": ["DeepseekV2ForCausalLM"],
        "model_type": "deepseek_v2",
        "topk_method": "greedy",
        "scoring_func": "softmax",
        "q_lora_rank": None,
        "n_group": 1,
        "topk_group": 1,
    },
    "deepseek_v3": {**_DEEPSEEK_V3, "num_hidden_layers": 5},
    "deepseek_v3_fp8": {
        **_DEEPSEEK_V3,
        "hidden_size": 320,
        "intermediate_size": 1536,
        "moe_intermediate_size": 512,
        "q_lora_rank": 256,
        "quantization_config": QUANTIZED["fp8_block"],
    },
    "kimi_k2": {**_DEEPSEEK_V3, "model_type": "kimi_k2", "n_group": 1, "topk_group": 1, "num_nextn_predict_layers": 0},
}

# What the ways to quantise are tried on. Their kernels want widths of a rank that are multiples of 64 and 128; groups
# of a rank's part of the inputs are not as many as those of its part of the outputs.
_WIDE = {"hidden_size": 640, "intermediate_size": 1536, "head_dim": 128, "num_hidden_layers": 2}
_BASES: dict[str, dict] = {
    "llama": {**_LLAMA, **_WIDE, "num_key_value_heads": 2},
    "qwen2": {**FAMILIES["qwen2"], **_WIDE, "hidden_size": 1024},
    "qwen3_moe": {**_QWEN3_MOE, **_WIDE, "moe_intermediate_size": 512, "decoder_sparse_step": 1},
    "deepseek_v3": {
        **_DEEPSEEK_V3,
        "hidden_size": 640,
        "num_hidden_layers": 2,
        "intermediate_size": 1536,
        "moe_intermediate_size": 512,
        "q_lora_rank": 256,
    },
}


def _quantised(base: dict, kind: str) -> dict:
    config = quantization_of(kind, base["num_hidden_layers"] + base.get("num_nextn_predict_layers", 0))
    # The dtype that the tool gives to such a model.
    dtype = "float16" if config["quant_method"] in ("awq", "gptq") else "bfloat16"
    return {**base, "torch_dtype": dtype, "quantization_config": config}


QUANTISED: dict[str, dict] = {
    f"{name}_{kind}": _quantised(base, kind) for name, base in _BASES.items() for kind in QUANTIZED
}
FAMILIES_AND_QUANTISED = {**FAMILIES, **QUANTISED}
