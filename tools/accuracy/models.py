# SPDX-License-Identifier: Apache-2.0
"""Checkpoints without weights, from the published shapes of models: headers as the hub has them."""

from __future__ import annotations

import functools
import json
import math

import r1cluster

R1 = {
    "architectures": ["DeepseekV3ForCausalLM"],
    "model_type": "deepseek_v3",
    "torch_dtype": "bfloat16",
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "num_hidden_layers": 61,
    "first_k_dense_replace": 3,
    "moe_layer_freq": 1,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_experts_per_tok": 8,
    "num_nextn_predict_layers": 0,
    "vocab_size": 129280,
    "max_position_embeddings": 163840,
    "tie_word_embeddings": False,
}
FP8 = {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [128, 128]}
# The mid-size shape of the GPU testbed, for --load-format dummy.
MID = R1 | {
    "hidden_size": 2048,
    "intermediate_size": 8192,
    "moe_intermediate_size": 1024,
    "num_hidden_layers": 16,
    "first_k_dense_replace": 1,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "n_routed_experts": 64,
}


def llama(layers: int, hidden: int, intermediate: int, heads: int, max_position: int) -> dict:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "bfloat16",
        "hidden_size": hidden,
        "intermediate_size": intermediate,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "vocab_size": 128256,
        "max_position_embeddings": max_position,
        "tie_word_embeddings": False,
    }


CONFIGS = {
    "DeepSeek-R1": R1 | {"quantization_config": FP8},
    "DeepSeek-R1, BF16": R1,
    "DeepSeek-V3 shape, mid-size": MID,
    "Llama-3-8B": llama(32, 4096, 14336, 32, 8192),
    "Llama-3.1-8B": llama(32, 4096, 14336, 32, 131072),
    "Llama of 3B": llama(28, 3072, 8192, 24, 131072),
    "DeepSeek-R1-Distill-Llama-70B": llama(80, 8192, 28672, 64, 131072),
}

BITS = {"BF16": 16, "F8_E4M3": 8, "F32": 32}


class Tensors:
    def __init__(self, config: dict):
        self.is_fp8 = "quantization_config" in config
        self.of: dict[str, tuple[str, list[int]]] = {}

    def plain(self, name: str, *shape: int, dtype: str = "BF16") -> None:
        self.of[name] = (dtype, list(shape))

    def matrix(self, name: str, rows: int, columns: int) -> None:
        self.plain(f"{name}.weight", rows, columns, dtype="F8_E4M3" if self.is_fp8 else "BF16")
        if self.is_fp8:
            self.plain(f"{name}.weight_scale_inv", math.ceil(rows / 128), math.ceil(columns / 128), dtype="F32")

    def mlp(self, name: str, hidden: int, width: int) -> None:
        self.matrix(f"{name}.gate_proj", width, hidden)
        self.matrix(f"{name}.up_proj", width, hidden)
        self.matrix(f"{name}.down_proj", hidden, width)


def latent_attention(tensors: Tensors, name: str, config: dict) -> None:
    hidden, heads, query, latent = (
        config[key] for key in ("hidden_size", "num_attention_heads", "q_lora_rank", "kv_lora_rank")
    )
    nope, rope, value = (config[key] for key in ("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
    tensors.matrix(f"{name}.q_a_proj", query, hidden)
    tensors.plain(f"{name}.q_a_layernorm.weight", query)
    tensors.matrix(f"{name}.q_b_proj", heads * (nope + rope), query)
    tensors.matrix(f"{name}.kv_a_proj_with_mqa", latent + rope, hidden)
    tensors.plain(f"{name}.kv_a_layernorm.weight", latent)
    tensors.matrix(f"{name}.kv_b_proj", heads * (nope + value), latent)
    tensors.matrix(f"{name}.o_proj", hidden, heads * value)


def attention(tensors: Tensors, name: str, config: dict) -> None:
    hidden, head = config["hidden_size"], config["head_dim"]
    tensors.matrix(f"{name}.q_proj", config["num_attention_heads"] * head, hidden)
    tensors.matrix(f"{name}.k_proj", config["num_key_value_heads"] * head, hidden)
    tensors.matrix(f"{name}.v_proj", config["num_key_value_heads"] * head, hidden)
    tensors.matrix(f"{name}.o_proj", hidden, config["num_attention_heads"] * head)


def tensors_of(config: dict) -> dict[str, tuple[str, list[int]]]:
    hidden, vocabulary = config["hidden_size"], config["vocab_size"]
    tensors = Tensors(config)
    tensors.plain("model.embed_tokens.weight", vocabulary, hidden)
    for number in range(config["num_hidden_layers"]):
        layer = f"model.layers.{number}"
        tensors.plain(f"{layer}.input_layernorm.weight", hidden)
        tensors.plain(f"{layer}.post_attention_layernorm.weight", hidden)
        (latent_attention if "kv_lora_rank" in config else attention)(tensors, f"{layer}.self_attn", config)
        if number < config.get("first_k_dense_replace", config["num_hidden_layers"]):
            tensors.mlp(f"{layer}.mlp", hidden, config["intermediate_size"])
            continue
        tensors.plain(f"{layer}.mlp.gate.weight", config["n_routed_experts"], hidden)
        tensors.plain(f"{layer}.mlp.gate.e_score_correction_bias", config["n_routed_experts"], dtype="F32")
        for expert in range(config["n_routed_experts"]):
            tensors.mlp(f"{layer}.mlp.experts.{expert}", hidden, config["moe_intermediate_size"])
        tensors.mlp(f"{layer}.mlp.shared_experts", hidden, config["moe_intermediate_size"])
    tensors.plain("model.norm.weight", hidden)
    tensors.plain("lm_head.weight", vocabulary, hidden)
    return tensors.of


@functools.cache
def checkpoint(name: str) -> r1cluster.Checkpoint:
    """One of CONFIGS in a single file."""
    config = CONFIGS[name]
    header: dict[str, dict] = {}
    end = 0
    for tensor, (dtype, shape) in tensors_of(config).items():
        begin, end = end, end + math.prod(shape) * BITS[dtype] // 8
        header[tensor] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":"))
    shard = r1cluster.readings.ShardText(
        name="model.safetensors",
        size_bytes=8 + len(text) + end,
        declared_header_bytes=len(text),
        header=r1cluster.readings.Answer(text=text),
    )
    return r1cluster.parse_checkpoint(
        r1cluster.readings.CheckpointText(path=f"/models/{name}", config=json.dumps(config), shards=[shard])
    )
