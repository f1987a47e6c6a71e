#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the installed vLLM which bytes of a checkpoint each rank takes. No GPU is needed and no weight is read: the
model is made on the meta device, and vLLM's own loaders get tensors that only note what is asked of them.

Usage: engine_slices.py < CASES > ANSWERS     (with the Python of an environment that has vLLM)

Each line of CASES is {"checkpoint": FOLDER, "tensor_parallel": T, "pipeline_parallel": P}, and "expert_parallel": true
where experts are to stay whole. Each line of ANSWERS is what was asked and {"version": V, "layers_per_stage": [...],
"ranks": [{"tensor_rank", "pipeline_rank", "reads": {TENSOR: [READ, ...]}}]}, or {"version": V, "refusal": TEXT} where
vLLM does not make or load such a model. A READ is {"file", "slices": [[offset in the file, rows, run, stride], ...],
"into", "operation"}, all in bytes; "into" is the parameter that the bytes were copied to.

The safetensors files may hold headers alone, followed by a hole.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import torch
from engine import VERSION, engine_config, model_of_rank
from recorder import Recorder, UnknownReadError
from vllm.distributed.utils import get_pp_indices

MOST_HEADER_BYTES = 100_000_000  # huggingface/safetensors, safetensors/src/tensor.rs
DTYPES = {
    "BF16": torch.bfloat16,
    "F16": torch.float16,
    "F32": torch.float32,
    "F8_E4M3": torch.float8_e4m3fn,
    "I32": torch.int32,
    "I64": torch.int64,
    "U8": torch.uint8,
}


def header_of(path: Path) -> tuple[int, dict]:
    """Where a file's tensors begin, and what it says of them."""
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= MOST_HEADER_BYTES:
            raise ValueError(f"{path}: a header of {length} bytes; expected 2 to {MOST_HEADER_BYTES}")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return 8 + length, header


class CheckpointHeaders:
    """What the files of a checkpoint say of its tensors."""

    def __init__(self, folder: Path) -> None:
        index = folder / "model.safetensors.index.json"
        if index.exists():
            names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
        else:
            names = sorted(path.name for path in folder.glob("*.safetensors"))
        if not names:
            raise ValueError(f"{folder}: holds no .safetensors file")
        for name in names:
            if Path(name).name != name:
                raise ValueError(f"{index}: {name!r} is not the name of a file beside it")
        self.tensors: dict[str, tuple[str, int, str, list[int]]] = {}
        for name in names:
            begin, header = header_of(folder / name)
            for tensor, entry in header.items():
                if entry["dtype"] not in DTYPES:
                    raise ValueError(f"{folder / name}: {tensor} is {entry['dtype']}; expected one of {list(DTYPES)}")
                self.tensors[tensor] = (name, begin + entry["data_offsets"][0], entry["dtype"], entry["shape"])

    def weights(self, recorder: Recorder) -> Iterator[tuple[str, torch.Tensor]]:
        for name, (_, _, dtype, shape) in self.tensors.items():
            yield name, recorder.make_weight(name, shape, DTYPES[dtype])


def missing_parameters(model: torch.nn.Module, loaded: set[str] | None) -> set[str]:
    """Parameters that nothing in the checkpoint was for; scales that vLLM makes itself are none."""
    if loaded is None:
        return set()
    made = {"k_scale", "v_scale", "q_scale", "prob_scale"}
    names = {name for name, _ in model.named_parameters() if name.rpartition(".")[2].lstrip("_") not in made}
    return names - loaded


def reads_of_rank(vllm_config, headers: CheckpointHeaders, rank: int) -> dict[str, list[dict]]:
    recorder = Recorder()
    with model_of_rank(vllm_config, rank) as model:
        recorder.know_parameters(model)
        with recorder:
            loaded = model.load_weights(headers.weights(recorder))
        missing = missing_parameters(model, loaded)
    if missing:
        raise ValueError(f"nothing in the checkpoint is for {sorted(missing)[:5]} ({len(missing)} in all)")
    reads: dict[str, list[dict]] = {}
    for read in recorder.reads:
        file, begin, _, _ = headers.tensors[read.weight]
        slices = [[begin + s.offset_bytes, s.rows, s.run_bytes, s.stride_bytes] for s in read.slices]
        entry = {"file": file, "slices": slices, "into": read.into, "operation": read.operation}
        reads.setdefault(read.weight, []).append(entry)
    return reads


def answer(case: dict) -> dict:
    """What vLLM's loaders ask for, rank by rank, or its reason not to load such a model."""
    tensor_parallel, pipeline_parallel = case["tensor_parallel"], case["pipeline_parallel"]
    said = {**case, "version": VERSION}
    headers = CheckpointHeaders(Path(case["checkpoint"]))
    try:
        vllm_config = engine_config(
            Path(case["checkpoint"]),
            tensor_parallel,
            pipeline_parallel,
            expert_parallel=case.get("expert_parallel", False),
        )
        layers = vllm_config.model_config.hf_text_config.num_hidden_layers
        stages = [get_pp_indices(layers, stage, pipeline_parallel) for stage in range(pipeline_parallel)]
        said["layers_per_stage"] = [end - begin for begin, end in stages]
        said["ranks"] = [
            {
                "tensor_rank": rank % tensor_parallel,
                "pipeline_rank": rank // tensor_parallel,
                "reads": reads_of_rank(vllm_config, headers, rank),
            }
            for rank in range(tensor_parallel * pipeline_parallel)
        ]
    except UnknownReadError:
        raise
    except Exception as refused:
        said["refusal"] = f"{type(refused).__name__}: {refused}"
        traceback.print_exc()  # a mistake of ours would look like a refusal
    return said


def main() -> int:
    if len(sys.argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the engine prints is no answer
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
