# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Iterator, Sequence

from ._core import Value
from .knowledge import Knowledge
from .layout import Layout
from .model import Checkpoint, Slice
from .spec import DeploymentSpec

__all__ = [
    "EngineParameter",
    "EnginePlan",
    "EngineRank",
    "FileShare",
    "HostShards",
    "PlannedTensor",
    "RankShards",
    "ShardPlan",
    "SlicePattern",
    "SliceTable",
    "StageShards",
    "apply_engine_plan",
    "parse_engine_plan",
    "place_ranks",
    "plan_shards",
]

class EngineParameter(Value):
    """One parameter of the model as the engine creates it on one rank: fused matrices, with padding, in the
    dtype that it has in memory."""

    name: str = ...
    """the engine's: "model.layers.0.self_attn.qkv_proj.weight" """
    dtype: str = ...
    """torch's: "bfloat16" """
    shape: Sequence[int] = ...
    """elements in each dimension, of this rank"""
    bytes: int = ...
    """in memory"""

class EnginePlan(Value):
    """Which bytes of a checkpoint each rank of a layout reads, and which parameters result, as an installed
    engine answers. The answer comes from the engine's own model classes and loaders, without a GPU and
    without weights. It therefore exists for architectures without slicing rules, too."""

    engine_version: str = ...
    """"0.32.0" """
    key_list_sha256: str = ...
    """of "rank name dtype 2x3\\n" for all parameters: another engine, another hash"""
    refusal: str = ...
    """why it does not make or load such a model, in its words; empty: it does"""
    layers_per_stage: Sequence[int] = ...
    """as the engine divides them"""
    files: Sequence[str] = ...
    """names of the checkpoint's files, in its order"""
    ranks: Sequence[EngineRank] = ...
    """ordered by rank"""
    hosts: Sequence[HostShards] = ...
    """what the ranks of each host read, all together"""
    warnings: Sequence[str] = ...
    """"rank 0 calculates with \\"a.weight\\" (add_)": its bytes are no mere copy"""
    def __str__(self) -> str: ...

class EngineRank(Value):
    """What the engine makes of the weights of one rank."""

    rank: int = ...
    """global; rank = pipeline_rank * tensor_parallel + tensor_rank"""
    tensor_rank: int = ...
    """in its tensor-parallel group"""
    pipeline_rank: int = ...
    """stage of the pipeline"""
    host: str = ...
    """name in the spec"""
    parameters: Sequence[EngineParameter] = ...
    """in the engine's order"""
    parameter_bytes: int = ...
    """of weights in memory, before the engine repacks any for its kernels"""
    buffer_bytes: int = ...
    """beside them: rotary tables and the like"""
    slices: Sequence[Slice] = ...
    """of the checkpoint that its loaders read, ordered by file, then offset"""
    read_bytes: int = ...
    """in at least one of them"""

class FileShare(Value):
    """Bytes of one file that the ranks of a host read; each byte counts once."""

    file: str = ...
    """name in the checkpoint"""
    bytes: int = ...
    """that the host reads, each once"""
    file_bytes: int = ...
    """all tensors of the file"""

class HostShards(Value):
    """What a host reads of each file."""

    host: str = ...
    """name in the spec"""
    files: Sequence[FileShare] = ...
    """only files that the host reads"""
    bytes: int = ...
    """of all files"""

class PlannedTensor(Value):
    """A tensor that the ranks of a stage read, each rank according to its slice of the pattern."""

    file: int = ...
    """index into ShardPlan::files"""
    tensor: int = ...
    """index into ShardFile::tensors"""
    offset_bytes: int = ...
    """in the file"""
    pattern: int = ...
    """index into ShardPlan::patterns"""
    only_holder: int = ...
    """only rank of the group that reads the tensor (a whole expert); -1: every rank reads it"""

class RankShards(Value):
    """How much of the checkpoint one rank reads."""

    rank: int = ...
    """global"""
    stage: int = ...
    """of the pipeline"""
    group_rank: int = ...
    """data_rank * tensor_parallel + tensor_rank"""
    slice_count: int = ...
    """number of slices"""
    bytes: int = ...
    """bytes of the checkpoint that the rank reads"""
    memory_bytes: int = ...
    """their size in the engine, after casts and with padding"""

class ShardPlan(Value):
    """Which bytes of the checkpoint each rank reads. Only the names of tensors are elsewhere: tensor 17 of a
    file is the 18th by offset in the file's header. Slices are computed during iteration: a plan of R1 for 16
    ranks stores 90,000 tensors and a few patterns in 3 MB and yields 723,000 slices."""

    files: Sequence[str] = ...
    """file names, in the order of Checkpoint::files"""
    patterns: Sequence[SlicePattern] = ...
    """that tensors refer to"""
    stages: Sequence[StageShards] = ...
    """of the pipeline, in order"""
    ranks: Sequence[RankShards] = ...
    """in the order of Layout::ranks"""
    hosts: Sequence[HostShards] = ...
    """what each host reads"""
    def slices(self, index: int) -> Iterator[Slice]:
        """The slices of ranks[index], made as they are walked."""
    def slice_table(self, index: int) -> SliceTable:
        """The slices of ranks[index] as one block of memory, for numpy and others that know the buffer protocol."""
    def to_numpy(self, index: int) -> object:
        """The slices of ranks[index] as a structured array, without a copy; needs numpy."""

class SlicePattern(Value):
    """How tensors of one kind, shape and dtype are divided: one slice for each rank of a group, indexed by
    data_rank * tensor_parallel + tensor_rank. The offset counts from the start of the tensor; `file` and
    `tensor` are 0."""

    slices: Sequence[Slice] = ...
    """by rank of the group"""

class SliceTable:
    """The slices of one rank, in one block of memory."""

    def __len__(self) -> int: ...

class StageShards(Value):
    """The tensors that the ranks of one pipeline stage read, ordered by file, then offset."""

    tensors: Sequence[PlannedTensor] = ...
    """ordered by file, then offset"""

def apply_engine_plan(layout: Layout, engine: EnginePlan) -> Layout:
    """The layout with layers and bytes of each rank as the engine says."""

def parse_engine_plan(answer: str, layout: Layout, checkpoint: Checkpoint, source: str = "engine") -> EnginePlan:
    """Reads what the program that asks the engine has printed."""

def place_ranks(spec: DeploymentSpec, tensor_parallel: int, pipeline_parallel: int) -> Layout:
    """Ranks on the spec's hosts in their order, and nothing else."""

def plan_shards(layout: Layout, checkpoint: Checkpoint, *, knowledge: Knowledge | None = None) -> ShardPlan:
    """The bytes that each rank and each host needs, exactly, from the headers alone."""
