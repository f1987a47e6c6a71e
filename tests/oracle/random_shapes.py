# SPDX-License-Identifier: Apache-2.0
"""Shapes of models that nobody published, for a property test."""

from __future__ import annotations

import math
import random

from families import FAMILIES
from quantized import BLOCK

HEAD_DIMS = (32, 64, 128)  # that every version has a kernel for
KERNEL_UNIT = 16  # of vLLM's experts on a CPU: other widths are refused there, and nowhere else


def random_shape(numbers: random.Random) -> tuple[str, dict]:
    """A family and other values for some keys of its config.json."""
    family = numbers.choice(sorted(FAMILIES))
    config = FAMILIES[family]
    is_fp8 = "quantization_config" in config
    # Block scales are cut only between blocks, so most widths must be some of those.
    unit = BLOCK if is_fp8 else 1
    heads = numbers.choice((2, 4, 6, 8, 12, 16))
    hidden = math.lcm(heads, KERNEL_UNIT) * numbers.randint(2, 9)
    shape = {
        "num_attention_heads": heads,
        "num_hidden_layers": numbers.randint(2, 5),
        "vocab_size": numbers.randint(40, 2000),
        "intermediate_size": unit * numbers.choice((2, 6, 8, 12, 24)) * (1 if is_fp8 else numbers.randint(1, 9)),
    }
    if "kv_lora_rank" in config:
        shape["num_key_value_heads"] = heads
        shape["hidden_size"] = hidden
        if config["q_lora_rank"]:
            shape["q_lora_rank"] = unit * numbers.randint(1, 4) * (1 if is_fp8 else 8)
        shape["first_k_dense_replace"] = numbers.randint(0, shape["num_hidden_layers"])
        shape["n_shared_experts"] = numbers.randint(1, 2)
    else:
        size = BLOCK if is_fp8 else numbers.choice(HEAD_DIMS)
        shape["num_key_value_heads"] = numbers.choice([n for n in range(1, heads + 1) if heads % n == 0])
        shape["hidden_size"] = heads * size
        if "head_dim" in config:
            shape["head_dim"] = size
            shape["hidden_size"] = hidden
    if "moe_intermediate_size" in config:
        shape["moe_intermediate_size"] = (unit if is_fp8 else KERNEL_UNIT) * numbers.choice((4, 6, 8, 12, 24))
    if "decoder_sparse_step" in config:
        shape["decoder_sparse_step"] = numbers.randint(1, 2)
        shape["mlp_only_layers"] = [layer for layer in range(shape["num_hidden_layers"]) if numbers.random() < 0.2]
    if "shared_expert_intermediate_size" in config:
        shape["shared_expert_intermediate_size"] = 4 * numbers.randint(1, 60)
    for key in ("num_experts", "num_local_experts"):
        if key in config:
            shape[key] = numbers.randint(2, 9)
    if numbers.random() < 0.3 and "kv_lora_rank" not in config:
        shape["tie_word_embeddings"] = True
        shape["has_head"] = numbers.random() < 0.5
    return family, shape
