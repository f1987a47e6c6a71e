# SPDX-License-Identifier: Apache-2.0
"""A checkpoint that r1cluster can plan for, made in a moment: headers, and zeros for weights."""

from __future__ import annotations

import json
import struct
from pathlib import Path

HIDDEN, INNER = 64, 128


def tensors(layers: int) -> dict[str, list[int]]:
    shapes = {"model.embed_tokens.weight": [64, HIDDEN], "model.norm.weight": [HIDDEN], "lm_head.weight": [64, HIDDEN]}
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        for name in ("input_layernorm", "post_attention_layernorm"):
            shapes[f"{prefix}{name}.weight"] = [HIDDEN]
        for name in ("gate_proj", "up_proj"):
            shapes[f"{prefix}mlp.{name}.weight"] = [INNER, HIDDEN]
        shapes[f"{prefix}mlp.down_proj.weight"] = [HIDDEN, INNER]
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            shapes[f"{prefix}self_attn.{name}.weight"] = [HIDDEN, HIDDEN]
    return shapes


def write_shard(file: Path, shapes: dict[str, list[int]]) -> None:
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 2
        for length in shape:
            size *= length
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))


def write_checkpoint(folder: Path, layers: int = 4) -> Path:
    folder.mkdir()
    shapes = tensors(layers)
    names = sorted(shapes)
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, members in shards.items():
        write_shard(folder / file, {name: shapes[name] for name in members})
    index = {"metadata": {"total_size": 1}, "weight_map": {name: file for file in shards for name in shards[file]}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": HIDDEN,
        "intermediate_size": INNER,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "vocab_size": 64,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6,
        "torch_dtype": "bfloat16",
        "hidden_act": "silu",
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder
