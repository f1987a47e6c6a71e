#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes checkpoints without weights of architectures for which r1cluster has no rules, as transformers makes them: its
own configuration and the shapes of its own model. To be run with the Python of an engine's environment.

Usage: make_foreign.py FOLDER     one folder below it for each architecture
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import torch
import transformers
from make_checkpoint import write_checkpoint

DTYPES = {torch.bfloat16: "BF16", torch.float32: "F32", torch.float16: "F16"}
COMMON = {
    "hidden_size": 256,
    "intermediate_size": 192,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "vocab_size": 1000,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
    "tie_word_embeddings": False,
}
# The class of the configuration, and what is its own.
ARCHITECTURES = {
    "gemma2": ("Gemma2Config", {"head_dim": 64, "tie_word_embeddings": True}),
    "phi3": ("Phi3Config", {"head_dim": 32}),
    "olmo2": ("Olmo2Config", {}),
    "gpt_oss": ("GptOssConfig", {"head_dim": 64, "num_local_experts": 4, "num_experts_per_tok": 2}),
}


def make(folder: Path, config_class: str, shape: dict) -> None:
    config = getattr(transformers, config_class)(**{**COMMON, **shape})
    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(config, torch_dtype=torch.bfloat16)
    text = json.loads(config.to_json_string(use_diff=False))
    text["architectures"] = [type(model).__name__]
    text["torch_dtype"] = "bfloat16"
    tied = set(model._tied_weights_keys or []) if config.tie_word_embeddings else set()
    tensors = [
        (name, DTYPES[tensor.dtype], tuple(tensor.shape))
        for name, tensor in model.state_dict().items()
        if name not in tied
    ]
    write_checkpoint(folder, text, tensors)


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    for name, (config_class, shape) in ARCHITECTURES.items():
        if hasattr(transformers, config_class):
            make(Path(sys.argv[1]) / name, config_class, shape)
    return 0


if __name__ == "__main__":
    sys.exit(main())
