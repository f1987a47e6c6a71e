# SPDX-License-Identifier: Apache-2.0
"""Copies of a checkpoint in which bytes are NaN."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable
from pathlib import Path

import r1cluster

# All ones is NaN in every floating-point format of a checkpoint: BF16, F16, F32, F8_E4M3 and F8_E5M2.
NAN_BYTE = b"\xff"

# (file, offset, rows, run, stride)
Piece = tuple[str, int, int, int, int]


def pieces_of(shards: r1cluster.ShardPlan, rank: int) -> list[Piece]:
    """What a rank reads by our plan."""
    return [
        (shards.files[piece.file], piece.offset_bytes, piece.rows, piece.run_bytes, piece.stride_bytes)
        for piece in shards.slices(rank)
        if piece.rows > 0  # else all of it is padding
    ]


def copy_with_nan_outside(checkpoint: Path, copy: Path, pieces: Iterable[Piece]) -> tuple[int, int]:
    """A copy whose tensors are NaN but for these pieces. Returns how many bytes were kept, and how many not."""
    shutil.copytree(checkpoint, copy)
    by_file: dict[str, list[Piece]] = {path.name: [] for path in copy.glob("*.safetensors")}
    for piece in pieces:
        by_file[piece[0]].append(piece)
    kept = poisoned = 0
    for name, of_file in by_file.items():
        good = (checkpoint / name).read_bytes()
        begin = 8 + struct.unpack("<Q", good[:8])[0]
        is_kept = bytearray(len(good))
        for _, offset, rows, run, stride in of_file:
            for row in range(rows):
                is_kept[offset + row * stride : offset + row * stride + run] = b"\x01" * run
        assert not any(is_kept[:begin]), f"{name}: a piece of its header is in the plan"
        content = bytearray(NAN_BYTE * len(good))
        content[:begin] = good[:begin]
        for _, offset, rows, run, stride in of_file:
            for row in range(rows):
                at = offset + row * stride
                content[at : at + run] = good[at : at + run]
        (copy / name).write_bytes(content)
        kept += is_kept.count(1)
        poisoned += len(good) - begin - is_kept.count(1)
    return kept, poisoned


def poison_run(copy: Path, piece: Piece) -> None:
    """Makes the first run of this piece NaN."""
    file, offset, _, run, _ = piece
    with (copy / file).open("r+b") as out:
        out.seek(offset)
        out.write(NAN_BYTE * run)
