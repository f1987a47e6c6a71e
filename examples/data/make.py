#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Wrote two-h100-hosts beside this file: tests/machines/h100-2x8-edited, as if both hosts had a checkpoint.

The checkpoint has DeepSeek-R1's architecture and widths, but 4 of its 61 layers and 16 of its 256 experts, so that its
headers are small enough to keep. A recording holds no weights, so there are none to make.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import r1cluster

LAYERS = 4
DENSE_LAYERS = 1
EXPERTS = 16
HIDDEN = 7168
HEADS = 128
SHARDS = 2
BYTES = {"BF16": 2, "F32": 4, "F8_E4M3": 1}

CONFIG = {
    "architectures": ["DeepseekV3ForCausalLM"],
    "model_type": "deepseek_v3",
    "torch_dtype": "bfloat16",
    "hidden_size": HIDDEN,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "num_hidden_layers": LAYERS,
    "first_k_dense_replace": DENSE_LAYERS,
    "moe_layer_freq": 1,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "n_routed_experts": EXPERTS,
    "n_shared_experts": 1,
    "num_experts_per_tok": 8,
    "n_group": 8,
    "topk_group": 4,
    "topk_method": "noaux_tc",
    "scoring_func": "sigmoid",
    "norm_topk_prob": True,
    "routed_scaling_factor": 2.5,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 129280,
    "max_position_embeddings": 163840,
    "num_nextn_predict_layers": 0,
    "hidden_act": "silu",
    "rms_norm_eps": 1e-06,
    "rope_theta": 10000,
    "tie_word_embeddings": False,
    "quantization_config": {
        "activation_scheme": "dynamic",
        "fmt": "e4m3",
        "quant_method": "fp8",
        "weight_block_size": [128, 128],
    },
}

Shapes = dict[str, tuple[str, list[int]]]


def scaled(name: str, rows: int, columns: int) -> Shapes:
    """An FP8 matrix and the scales of its 128 x 128 blocks."""
    blocks = [math.ceil(rows / 128), math.ceil(columns / 128)]
    return {f"{name}.weight": ("F8_E4M3", [rows, columns]), f"{name}.weight_scale_inv": ("F32", blocks)}


def gated(name: str, width: int) -> Shapes:
    return (
        scaled(f"{name}.gate_proj", width, HIDDEN)
        | scaled(f"{name}.up_proj", width, HIDDEN)
        | scaled(f"{name}.down_proj", HIDDEN, width)
    )


def layer(index: int) -> Shapes:
    name = f"model.layers.{index}"
    attention = f"{name}.self_attn"
    shapes: Shapes = {
        f"{name}.input_layernorm.weight": ("BF16", [HIDDEN]),
        f"{name}.post_attention_layernorm.weight": ("BF16", [HIDDEN]),
        f"{attention}.q_a_layernorm.weight": ("BF16", [1536]),
        f"{attention}.kv_a_layernorm.weight": ("BF16", [512]),
    }
    shapes |= scaled(f"{attention}.q_a_proj", 1536, HIDDEN)
    shapes |= scaled(f"{attention}.q_b_proj", HEADS * 192, 1536)
    shapes |= scaled(f"{attention}.kv_a_proj_with_mqa", 576, HIDDEN)
    shapes |= scaled(f"{attention}.kv_b_proj", HEADS * 256, 512)
    shapes |= scaled(f"{attention}.o_proj", HIDDEN, HEADS * 128)
    if index < DENSE_LAYERS:
        return shapes | gated(f"{name}.mlp", 18432)
    shapes[f"{name}.mlp.gate.weight"] = ("BF16", [EXPERTS, HIDDEN])
    shapes[f"{name}.mlp.gate.e_score_correction_bias"] = ("F32", [EXPERTS])
    for expert in range(EXPERTS):
        shapes |= gated(f"{name}.mlp.experts.{expert}", 2048)
    return shapes | gated(f"{name}.mlp.shared_experts", 2048)


def shard(name: str, shapes: Shapes) -> r1cluster.readings.ShardText:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for tensor, (dtype, shape) in shapes.items():
        size = math.prod(shape) * BYTES[dtype]
        header[tensor] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header, separators=(",", ":"))
    text += " " * (-len(text) % 8)
    return r1cluster.readings.ShardText(
        name=name,
        size_bytes=8 + len(text) + end,
        declared_header_bytes=len(text),
        header=r1cluster.readings.Answer(text=text),
    )


def checkpoint(path: str) -> r1cluster.readings.CheckpointText:
    first: Shapes = {"model.embed_tokens.weight": ("BF16", [129280, HIDDEN])}
    last: Shapes = {"model.norm.weight": ("BF16", [HIDDEN]), "lm_head.weight": ("BF16", [129280, HIDDEN])}
    halves = [first | layer(0) | layer(1), layer(2) | layer(3) | last]
    names = [f"model-{i + 1:05}-of-{SHARDS:06}.safetensors" for i in range(SHARDS)]
    places = {tensor: name for name, half in zip(names, halves, strict=True) for tensor in half}
    shards = [shard(name, half) for name, half in zip(names, halves, strict=True)]
    total = sum(s.size_bytes - 8 - s.declared_header_bytes for s in shards)
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(places.items()))}
    return r1cluster.readings.CheckpointText(
        path=path, config=json.dumps(CONFIG, indent=2) + "\n", index=json.dumps(index, indent=2) + "\n", shards=shards
    )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def with_copy(readings: r1cluster.Readings, text: r1cluster.readings.CheckpointText) -> r1cluster.Readings:
    """As if the host had the checkpoint on its disk; and of 224 equal processors one is enough to read."""
    digest = {
        "config_sha256": sha256(text.config),
        "index_sha256": sha256(text.index),
        "shards": [
            {
                "name": shard.name,
                "size_bytes": shard.size_bytes,
                "header_sha256": sha256(shard.header.text or ""),
                "because": "",
            }
            for shard in text.shards
        ],
    }
    one_processor = (readings.files["/proc/cpuinfo"].text or "").split("\n\n")[0] + "\n\n"
    return readings.replace(
        files=dict(readings.files)
        | {
            "/proc/cpuinfo": r1cluster.readings.Answer(text=one_processor),
            f"{text.path}/config.json": r1cluster.readings.Answer(text=text.config),
        },
        calls=dict(readings.calls) | {f"checkpoint({text.path})": r1cluster.readings.Answer(text=json.dumps(digest))},
    )


def main() -> None:
    here = Path(__file__).resolve().parent
    spec = r1cluster.parse_spec(r1cluster.read_text_file(here / "cluster.toml"))
    recording = r1cluster.load_recording(here.parents[1] / "tests" / "machines" / "h100-2x8-edited")
    text = checkpoint(spec.model.path)
    hosts = [with_copy(readings, text) for readings in recording.hosts]
    r1cluster.save_recording(recording.replace(hosts=hosts, checkpoint=text), here / "two-h100-hosts")


if __name__ == "__main__":
    main()
