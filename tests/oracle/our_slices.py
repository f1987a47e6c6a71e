# SPDX-License-Identifier: Apache-2.0
"""Our own slices of a checkpoint, in the form in which engine_slices.py gives the engine's."""

from __future__ import annotations

from pathlib import Path

import r1cluster

# (offset in the file, rows, run, stride), in bytes
Slice = tuple[int, int, int, int]
# by (tensor-parallel rank, pipeline rank), then by tensor
Ranks = dict[tuple[int, int], dict[str, set[Slice]]]


def one_form(offset: int, rows: int, run: int, stride: int) -> Slice:
    """Rows that touch each other are one row, and one row has no distance to a next."""
    if rows == 1 or stride == run:
        run, rows = rows * run, 1
    return (offset, rows, run, stride if rows > 1 else run)


def layout_of(tensor_parallel: int, layers_per_stage: list[int], *, expert_parallel: bool = False) -> r1cluster.Layout:
    stages = len(layers_per_stage)
    ranks = [
        r1cluster.RankPlacement(
            rank=stage * tensor_parallel + rank,
            tensor_rank=rank,
            pipeline_rank=stage,
            host="a",
            first_layer=sum(layers_per_stage[:stage]),
            layer_count=layers_per_stage[stage],
        )
        for stage in range(stages)
        for rank in range(tensor_parallel)
    ]
    layout = r1cluster.Layout(
        tensor_parallel=tensor_parallel,
        pipeline_parallel=stages,
        layers_per_stage=layers_per_stage,
        ranks=ranks,
    )
    return layout.replace(is_expert_parallel=True) if expert_parallel else layout


def our_slices(checkpoint: r1cluster.Checkpoint, layout: r1cluster.Layout, engine: str) -> Ranks:
    shards = r1cluster.shard(layout, checkpoint, r1cluster.Loading(engine=engine))
    names = [[tensor.name for tensor in file.tensors] for file in checkpoint.files]
    ranks: Ranks = {}
    for i, placement in enumerate(layout.ranks):
        tensors = ranks.setdefault((placement.tensor_rank, placement.pipeline_rank), {})
        for piece in shards.slices(i):
            if piece.rows == 0:  # all of it is padding
                continue
            form = one_form(piece.offset_bytes, piece.rows, piece.run_bytes, piece.stride_bytes)
            tensors.setdefault(names[piece.file][piece.tensor], set()).add(form)
    return ranks


def engine_slices(answer: dict) -> Ranks:
    """The engine's slices from an answer of engine_slices.py; tensors of which it takes nothing are not there."""
    ranks: Ranks = {}
    for rank in answer["ranks"]:
        tensors = ranks.setdefault((rank["tensor_rank"], rank["pipeline_rank"]), {})
        for name, reads in rank["reads"].items():
            slices = {one_form(*piece) for read in reads for piece in read["slices"]}
            if slices:
                tensors[name] = slices
    return ranks


def differences(ours: Ranks, engines: Ranks) -> list[str]:
    """One line for each tensor of a rank that is not the same bytes; empty where all are."""
    lines = []
    for rank in sorted(ours.keys() | engines.keys()):
        mine, theirs = ours.get(rank, {}), engines.get(rank, {})
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name) != theirs.get(name):
                where = f"TP rank {rank[0]}, PP rank {rank[1]}"
                lines.append(f"{where}: {name}: ours {_text(mine.get(name))}, the engine's {_text(theirs.get(name))}")
    return lines


def _text(slices: set[Slice] | None) -> str:
    return "none" if not slices else ", ".join(map(str, sorted(slices)[:3]))


def checkpoint_of(folder: Path) -> r1cluster.Checkpoint:
    return r1cluster.model(r1cluster.read_checkpoint(folder))
