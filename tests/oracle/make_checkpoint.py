#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a checkpoint without weights: a config.json, and safetensors files that hold a header and then a hole.

Usage: make_checkpoint.py FOLDER FAMILY [KEY=NUMBER...]    KEY: of config.json, for another shape than the usual one
"""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from families import FAMILIES_AND_QUANTISED
from quantized import TENSORS, Tensor, quantization_of

FILES = 3
ELEMENT_BYTES = {"BF16": 2, "F16": 2, "F32": 4, "F8_E4M3": 1, "I8": 1, "U8": 1, "I32": 4, "I64": 8}


def _matrix(config: dict, name: str, rows: int, columns: int, *, bias: bool = False) -> Iterator[Tensor]:
    """A linear layer, as the model is quantised."""
    quantization = config.get("quantization_config")
    if quantization:
        yield from TENSORS[quantization["quant_method"]](quantization, name, rows, columns)
    else:
        yield f"{name}.weight", "BF16", (rows, columns)
    if bias:
        yield f"{name}.bias", "BF16", (rows,)


def _mlp(config: dict, name: str, width: int, names=("gate_proj", "up_proj", "down_proj")) -> Iterator[Tensor]:
    gate, up, down = names
    bias = config.get("mlp_bias", False)
    hidden = config["hidden_size"]
    yield from _matrix(config, f"{name}.{gate}", width, hidden, bias=bias)
    yield from _matrix(config, f"{name}.{up}", width, hidden, bias=bias)
    yield from _matrix(config, f"{name}.{down}", hidden, width, bias=bias)


def _attention(config: dict, name: str) -> Iterator[Tensor]:
    hidden, heads, kv_heads = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim", hidden // heads)
    bias = config.get("attention_bias", False)
    yield from _matrix(config, f"{name}.q_proj", heads * size, hidden, bias=bias or "qwen2" in config["model_type"])
    for part in ("k_proj", "v_proj"):
        yield from _matrix(
            config, f"{name}.{part}", kv_heads * size, hidden, bias=bias or "qwen2" in config["model_type"]
        )
    yield from _matrix(config, f"{name}.o_proj", hidden, heads * size, bias=bias)
    if "qwen3" in config["model_type"]:
        yield f"{name}.q_norm.weight", "BF16", (size,)
        yield f"{name}.k_norm.weight", "BF16", (size,)


def _latent_attention(config: dict, name: str) -> Iterator[Tensor]:
    hidden, heads, latent = config["hidden_size"], config["num_attention_heads"], config["kv_lora_rank"]
    nope, rope, value = config["qk_nope_head_dim"], config["qk_rope_head_dim"], config["v_head_dim"]
    if config["q_lora_rank"]:
        yield from _matrix(config, f"{name}.q_a_proj", config["q_lora_rank"], hidden)
        yield f"{name}.q_a_layernorm.weight", "BF16", (config["q_lora_rank"],)
        yield from _matrix(config, f"{name}.q_b_proj", heads * (nope + rope), config["q_lora_rank"])
    else:
        yield from _matrix(config, f"{name}.q_proj", heads * (nope + rope), hidden)
    yield from _matrix(config, f"{name}.kv_a_proj_with_mqa", latent + rope, hidden)
    yield f"{name}.kv_a_layernorm.weight", "BF16", (latent,)
    yield from _matrix(config, f"{name}.kv_b_proj", heads * (nope + value), latent)
    yield from _matrix(config, f"{name}.o_proj", hidden, heads * value)


def _experts(config: dict, layer: str) -> Iterator[Tensor]:
    model_type, hidden = config["model_type"], config["hidden_size"]
    if model_type == "mixtral":
        yield f"{layer}.block_sparse_moe.gate.weight", "BF16", (config["num_local_experts"], hidden)
        for expert in range(config["num_local_experts"]):
            name = f"{layer}.block_sparse_moe.experts.{expert}"
            yield from _mlp(config, name, config["intermediate_size"], ("w1", "w3", "w2"))
        return
    width, count = config["moe_intermediate_size"], config.get("n_routed_experts") or config["num_experts"]
    yield f"{layer}.mlp.gate.weight", "BF16", (count, hidden)
    if config.get("topk_method") == "noaux_tc":
        yield f"{layer}.mlp.gate.e_score_correction_bias", "F32", (count,)
    for expert in range(count):
        yield from _mlp(config, f"{layer}.mlp.experts.{expert}", width)
    if config.get("n_shared_experts"):
        yield from _mlp(config, f"{layer}.mlp.shared_experts", width * config["n_shared_experts"])
    if config.get("shared_expert_intermediate_size"):
        yield from _mlp(config, f"{layer}.mlp.shared_expert", config["shared_expert_intermediate_size"])
        yield f"{layer}.mlp.shared_expert_gate.weight", "BF16", (1, hidden)


def _has_experts(config: dict, layer: int) -> bool:
    if config["model_type"] == "mixtral":
        return True
    if "n_routed_experts" in config:
        return layer >= config["first_k_dense_replace"] and layer % config["moe_layer_freq"] == 0
    if "num_experts" in config:
        return layer not in config["mlp_only_layers"] and (layer + 1) % config["decoder_sparse_step"] == 0
    return False


def _layer(config: dict, layer: int) -> Iterator[Tensor]:
    name, hidden = f"model.layers.{layer}", config["hidden_size"]
    yield f"{name}.input_layernorm.weight", "BF16", (hidden,)
    yield f"{name}.post_attention_layernorm.weight", "BF16", (hidden,)
    yield from (_latent_attention if "kv_lora_rank" in config else _attention)(config, f"{name}.self_attn")
    if _has_experts(config, layer):
        yield from _experts(config, name)
    else:
        yield from _mlp(config, f"{name}.mlp", config["intermediate_size"])


def tensors_of(config: dict, *, has_head: bool | None = None) -> Iterator[Tensor]:
    """Names, dtypes and shapes as the family's published checkpoints have them."""
    hidden, words = config["hidden_size"], config["vocab_size"]
    yield "model.embed_tokens.weight", "BF16", (words, hidden)
    layers = config["num_hidden_layers"]
    for layer in range(layers):
        yield from _layer(config, layer)
    for layer in range(layers, layers + config.get("num_nextn_predict_layers", 0)):
        name = f"model.layers.{layer}"
        yield from _layer(config, layer)
        yield f"{name}.embed_tokens.weight", "BF16", (words, hidden)
        yield f"{name}.shared_head.head.weight", "BF16", (words, hidden)
        yield f"{name}.eh_proj.weight", "BF16", (hidden, 2 * hidden)
        for norm in ("enorm", "hnorm", "shared_head.norm"):
            yield f"{name}.{norm}.weight", "BF16", (hidden,)
    yield "model.norm.weight", "BF16", (hidden,)
    if has_head if has_head is not None else not config["tie_word_embeddings"]:
        yield "lm_head.weight", "BF16", (words, hidden)


def _write_file(path: Path, tensors: list[Tensor]) -> None:
    header, end = {}, 0
    for name, dtype, shape in tensors:
        size = math.prod(shape) * ELEMENT_BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)


def write_checkpoint(folder: Path, config: dict, tensors: list[Tensor]) -> Path:
    """config.json, an index, and files of these tensors in a new folder."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    names = [f"model-{i + 1:05d}-of-{FILES:05d}.safetensors" for i in range(FILES)]
    parts = [tensors[i * len(tensors) // FILES : (i + 1) * len(tensors) // FILES] for i in range(FILES)]
    for name, part in zip(names, parts, strict=True):
        _write_file(folder / name, part)
    weight_map = {tensor: name for name, part in zip(names, parts, strict=True) for tensor, _, _ in part}
    total = sum(math.prod(shape) * ELEMENT_BYTES[dtype] for _, dtype, shape in tensors)
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    return folder


def make(folder: Path, family: str, *, has_head: bool | None = None, **shape) -> Path:
    """Writes the checkpoint into a new folder. `has_head`: whether lm_head is in it; by default if it is not tied."""
    config = {**FAMILIES_AND_QUANTISED[family], **shape}
    if family == "qwen3_moe_fp8":  # as Qwen publishes it
        config["quantization_config"] = quantization_of("fp8_block", config["num_hidden_layers"])
    return write_checkpoint(folder, config, list(tensors_of(config, has_head=has_head)))


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[2] not in FAMILIES_AND_QUANTISED:
        print(f"{__doc__}\nFAMILY: {', '.join(FAMILIES_AND_QUANTISED)}", file=sys.stderr)
        return 2
    shape = {key: int(value) for key, _, value in (argument.partition("=") for argument in sys.argv[3:])}
    print(make(Path(sys.argv[1]), sys.argv[2], **shape))
    return 0


if __name__ == "__main__":
    sys.exit(main())
