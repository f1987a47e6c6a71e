# SPDX-License-Identifier: Apache-2.0
"""What the tools that quantise write for a linear layer, and what they say of it in config.json."""

from __future__ import annotations

import math
from collections.abc import Iterator

Tensor = tuple[str, str, tuple[int, ...]]

BLOCK = 128  # of FP8 weights with one scale, on both axes
GROUP = 32  # of weights in a row with one scale


def blocks_of(size: int, block: int) -> int:
    return -(-size // block)


def groups_of(config: dict, inputs: int) -> int:
    return 1 if config["group_size"] == -1 else blocks_of(inputs, config["group_size"])


def fp8(config: dict, name: str, outputs: int, inputs: int) -> Iterator[Tensor]:
    yield f"{name}.weight", "F8_E4M3", (outputs, inputs)
    if "weight_block_size" in config:
        yield f"{name}.weight_scale_inv", "F32", (blocks_of(outputs, BLOCK), blocks_of(inputs, BLOCK))
        return
    yield f"{name}.weight_scale", "F32", ()
    if config["activation_scheme"] == "static":
        yield f"{name}.input_scale", "F32", ()


def modelopt(_: dict, name: str, outputs: int, inputs: int) -> Iterator[Tensor]:
    yield f"{name}.weight", "F8_E4M3", (outputs, inputs)
    yield f"{name}.weight_scale", "F32", ()
    yield f"{name}.input_scale", "F32", ()


def awq(config: dict, name: str, outputs: int, inputs: int) -> Iterator[Tensor]:
    groups, packed = groups_of(config, inputs), outputs * config["bits"] // 32
    yield f"{name}.qweight", "I32", (inputs, packed)
    yield f"{name}.qzeros", "I32", (groups, packed)
    yield f"{name}.scales", "F16", (groups, outputs)


def gptq(config: dict, name: str, outputs: int, inputs: int) -> Iterator[Tensor]:
    groups, bits = groups_of(config, inputs), config["bits"]
    yield f"{name}.g_idx", "I32", (inputs,)
    yield f"{name}.qweight", "I32", (inputs * bits // 32, outputs)
    yield f"{name}.qzeros", "I32", (groups, outputs * bits // 32)
    yield f"{name}.scales", "F16", (groups, outputs)


def compressed(config: dict, name: str, outputs: int, inputs: int) -> Iterator[Tensor]:
    group = config["config_groups"]["group_0"]
    weights, activations = group["weights"], group["input_activations"]
    if config["format"] == "nvfp4-pack-quantized":
        yield f"{name}.weight_packed", "U8", (outputs, inputs // 2)
        yield f"{name}.weight_scale", "F8_E4M3", (outputs, inputs // 16)
        yield f"{name}.weight_global_scale", "F32", (1,)
        yield f"{name}.input_global_scale", "F32", (1,)
        return
    if config["format"] == "pack-quantized":
        bits = weights["num_bits"]
        groups = groups_of({"group_size": weights["group_size"] or -1}, inputs)
        yield f"{name}.weight_packed", "I32", (outputs, math.ceil(inputs * bits / 32))
        yield f"{name}.weight_scale", "BF16", (outputs, groups)
        yield f"{name}.weight_shape", "I64", (2,)
        if not weights["symmetric"]:
            yield f"{name}.weight_zero_point", "I32", (math.ceil(outputs * bits / 32), groups)
        if weights.get("actorder") == "group":
            yield f"{name}.weight_g_idx", "I32", (inputs,)
        return
    yield f"{name}.weight", "I8" if weights["type"] == "int" else "F8_E4M3", (outputs, inputs)
    if weights["strategy"] == "block":
        yield f"{name}.weight_scale", "BF16", (blocks_of(outputs, BLOCK), blocks_of(inputs, BLOCK))
    else:
        yield f"{name}.weight_scale", "BF16", (outputs, 1) if weights["strategy"] == "channel" else (1,)
    if activations and not activations["dynamic"]:
        yield f"{name}.input_scale", "BF16", (1,)
        if not activations["symmetric"]:
            yield f"{name}.input_zero_point", "I8", (1,)


def _compressed(form: str, weights: dict, activations: dict | None = None) -> dict:
    weights = {
        "dynamic": False,
        "group_size": None,
        "symmetric": True,
        "observer": "minmax",
        "type": "int",
        "actorder": None,
        "block_structure": None,
        **weights,
    }
    group = {"targets": ["Linear"], "weights": weights, "input_activations": activations, "output_activations": None}
    return {
        "quant_method": "compressed-tensors",
        "format": form,
        "quantization_status": "compressed",
        "ignore": ["lm_head"],
        "config_groups": {"group_0": group},
    }


def _activations(kind: str, strategy: str, *, dynamic: bool, symmetric: bool = True) -> dict:
    return {"num_bits": 8, "type": kind, "strategy": strategy, "dynamic": dynamic, "symmetric": symmetric}


_AWQ = {"quant_method": "awq", "bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm"}
_GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": GROUP, "desc_act": False, "sym": True}
_FP8 = {"quant_method": "fp8", "activation_scheme": "dynamic"}
_INT4 = {"num_bits": 4, "strategy": "group", "group_size": GROUP}
_INT8 = {"num_bits": 8, "strategy": "channel"}
_FLOAT8 = {"num_bits": 8, "type": "float"}
_FLOAT4 = {"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16, "symmetric": True}

# By quant_method: the tensors of a linear layer, from quantization_config, the layer's name, its outputs and inputs.
TENSORS = {
    "awq": awq,
    "compressed-tensors": compressed,
    "fp8": fp8,
    "gptq": gptq,
    "modelopt": modelopt,
}
# quantization_config.
QUANTIZED: dict[str, dict] = {
    "fp8_block": {**_FP8, "fmt": "e4m3", "weight_block_size": [BLOCK, BLOCK]},
    "fp8_tensor": _FP8,
    "fp8_tensor_static": {**_FP8, "activation_scheme": "static"},
    "modelopt_fp8": {"quant_method": "modelopt", "quant_algo": "FP8"},
    "awq": _AWQ,
    "gptq": _GPTQ,
    "gptq_int8": {**_GPTQ, "bits": 8},
    "gptq_channel": {**_GPTQ, "group_size": -1},
    "gptq_order": {**_GPTQ, "desc_act": True},
    "w4a16": _compressed("pack-quantized", _INT4),
    "w4a16_zeros": _compressed("pack-quantized", {**_INT4, "symmetric": False}),
    "w4a16_order": _compressed("pack-quantized", {**_INT4, "actorder": "group"}),
    "w4a16_weight_order": _compressed("pack-quantized", {**_INT4, "actorder": "weight"}),
    "w4a16_channel": _compressed("pack-quantized", {"num_bits": 4, "strategy": "channel"}),
    "w8a16": _compressed("pack-quantized", {"num_bits": 8, "strategy": "channel"}),
    "w8a8": _compressed("int-quantized", _INT8, _activations("int", "token", dynamic=True)),
    "w8a8_static": _compressed("int-quantized", _INT8, _activations("int", "tensor", dynamic=False, symmetric=False)),
    "fp8_dynamic": _compressed(
        "float-quantized", {**_FLOAT8, "strategy": "channel"}, _activations("float", "token", dynamic=True)
    ),
    "fp8_static": _compressed(
        "float-quantized", {**_FLOAT8, "strategy": "tensor"}, _activations("float", "tensor", dynamic=False)
    ),
    "fp8_compressed_block": _compressed(
        "float-quantized",
        {**_FLOAT8, "strategy": "block", "block_structure": [BLOCK, BLOCK]},
        {**_activations("float", "group", dynamic=True), "group_size": BLOCK},
    ),
    "nvfp4": _compressed("nvfp4-pack-quantized", _FLOAT4, {**_FLOAT4, "dynamic": "local"}),
}


def quantization_of(kind: str, layers: int) -> dict:
    """quantization_config of a model with so many layers, whose routers are as they were."""
    config = dict(QUANTIZED[kind])
    as_before = ["lm_head", *(f"model.layers.{layer}.mlp.gate" for layer in range(layers))]
    if config["quant_method"] == "compressed-tensors":
        config["ignore"] = as_before
    elif config["quant_method"] == "modelopt":  # wildcards, and else any name that begins so
        config["ignore"] = ["lm_head", "*.mlp.gate"]
    elif config["quant_method"] == "fp8":
        config["modules_to_not_convert"] = as_before
    return config
