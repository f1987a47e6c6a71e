# SPDX-License-Identifier: Apache-2.0
"""Shard plans as Parquet files, for those who have pyarrow: r1cluster[notebook]."""

from __future__ import annotations

import os
from typing import Any

from .errors import ErrorKind, Unavailable
from .model import Cast
from .shard import ShardPlan

_COLUMNS = ("offset_bytes", "rows", "run_bytes", "stride_bytes", "padding_rows", "replicas")


def write_parquet(plan: ShardPlan, path: str | os.PathLike[str]) -> None:
    """Writes all slices of a plan, a row each and a row group for each rank.

    Columns: rank, file (its name), tensor (by offset in its file, from 0), offset_bytes, rows, run_bytes,
    stride_bytes, padding_rows, replicas, cast.
    """
    try:
        import numpy  # type: ignore[import-not-found, unused-ignore]
        import pyarrow  # type: ignore[import-not-found, import-untyped, unused-ignore]
        import pyarrow.parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as missing:
        raise Unavailable(
            f'writing "{path}": {missing.name} is not installed; pip install "r1cluster[notebook]"',
            ErrorKind.unavailable,
            missing.name or "pyarrow",
        ) from missing
    files, casts = pyarrow.array(plan.files, pyarrow.string()), pyarrow.array([cast.name for cast in Cast])

    def named(indices: Any, names: Any) -> Any:
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(indices.astype(numpy.int32)), names)

    writer = None
    try:
        for i, rank in enumerate(plan.ranks):
            slices: Any = plan.to_numpy(i)
            columns = {
                "rank": pyarrow.array(numpy.full(len(slices), rank.rank, dtype=numpy.int32)),
                "file": named(slices["file"], files),
                "tensor": pyarrow.array(numpy.ascontiguousarray(slices["tensor"])),
                **{name: pyarrow.array(numpy.ascontiguousarray(slices[name])) for name in _COLUMNS},
                "cast": named(slices["cast"], casts),
            }
            table = pyarrow.table(columns)
            writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
