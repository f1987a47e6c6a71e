#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows with real bytes that the recorder tells the truth: for each rank, a model is really made in memory and
loaded three times, from random bytes; from others wherever the recorder says that nothing is read; and from others
wherever it says that something is. The second model must be the first, bit by bit, and every weight of the third
another one.

Usage: prove_recorder.py CHECKPOINT TENSOR_PARALLEL PIPELINE_PARALLEL    (with an engine environment's Python)
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src" / "host" / "run" / "engine_plan"))

from ask import DTYPES, CheckpointHeaders, load
from engine import engine_config, model_of_rank
from recorder import Read


def bytes_read(reads: list[Read], name: str, size: int) -> torch.Tensor:
    """For each byte of a tensor, whether it is read."""
    is_read = torch.zeros(size, dtype=torch.bool)
    for piece in {piece for read in reads if read.weight == name for piece in read.slices}:
        is_read.as_strided((piece.rows, piece.run_bytes), (piece.stride_bytes, 1), piece.offset_bytes)[:] = True
    return is_read


def loaded(vllm_config, rank: int, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    with model_of_rank(vllm_config, rank, device="cpu") as model:
        for parameter in model.parameters():
            parameter.data.view(torch.uint8).zero_()  # memory that is not loaded would be anything
        model.load_weights((name, weight.clone()) for name, weight in weights.items())
        return {name: parameter.detach().contiguous().view(torch.uint8) for name, parameter in model.named_parameters()}


def prove(vllm_config, headers: CheckpointHeaders, rank: int) -> Iterator[str]:
    """What is wrong with what the recorder says of this rank."""
    with model_of_rank(vllm_config, rank) as model:
        reads = load(model, headers).reads
    generator = torch.Generator().manual_seed(rank)
    sides: list[dict[str, torch.Tensor]] = [{}, {}, {}]
    for name, tensor in headers.tensors.items():
        kind = DTYPES[tensor.dtype]
        size = math.prod(tensor.shape) * kind.itemsize
        some = torch.randint(
            1, 60, (size,), generator=generator, dtype=torch.uint8
        )  # positive and finite in every dtype
        other = some + 60
        is_read = bytes_read(reads, name, size)
        for side, values in zip(sides, (some, some.where(is_read, other), other.where(is_read, some)), strict=True):
            side[name] = values.view(kind).reshape(tensor.shape)
    first, second, third = (loaded(vllm_config, rank, side) for side in sides)
    targets = {read.into for read in reads}
    for name, values in first.items():
        if not torch.equal(values, second[name]):
            yield f"rank {rank}: {name} has bytes that the recorder did not see"
        if name in targets and torch.equal(values, third[name]):
            yield f"rank {rank}: {name} has none of the bytes that the recorder saw"
    changed = sum(int((first[name] != third[name]).sum()) for name in first)
    copied = sum(piece.rows * piece.run_bytes for read in reads for piece in read.slices)
    if changed != copied:
        yield f"rank {rank}: the recorder saw {copied} bytes, and {changed} arrived"


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    folder, tensor_parallel, pipeline_parallel = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with contextlib.redirect_stdout(sys.stderr):
        headers = CheckpointHeaders(folder)
        vllm_config = engine_config(folder, tensor_parallel, pipeline_parallel)
        ranks = range(tensor_parallel * pipeline_parallel)
        wrong = [line for rank in ranks for line in prove(vllm_config, headers, rank)]
    print("\n".join(wrong) or f"{folder.name}: {len(ranks)} ranks loaded what was recorded")
    return 1 if wrong else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # vLLM's threads outlive a normal end
