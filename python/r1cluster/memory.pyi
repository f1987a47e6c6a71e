# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value
from .facts import Cluster
from .knowledge import Knowledge
from .layout import Layout
from .model import Checkpoint
from .spec import DeploymentSpec
from .units import Interval, WholeInterval

__all__ = [
    "Calibration",
    "HostLoad",
    "MemoryForecast",
    "MemoryTerm",
    "RankCalibration",
    "RankMemory",
    "forecast_memory",
    "longest_request",
    "parse_calibration",
]

class Calibration(Value):
    """Measured values that take the place of estimates."""

    source: str = ...
    """"worker-1.log of vLLM 0.25.1" """
    ranks: Sequence[RankCalibration] = ...
    """those that the source says something of"""
    kv_tokens: int | None = ...
    """that the engine settled on"""

class HostLoad(Value):
    """What loading takes of a host."""

    host: str = ...
    """name in the spec"""
    read_bytes: int = ...
    """of the checkpoint, each byte once"""
    host_memory_bytes: WholeInterval = ...
    """processes, pinned buffers, swap space; without page cache"""
    load_s: Interval = ...
    """by the kind of file system that holds it; low: it is in the page cache"""
    because: str = ...
    """what the forecast follows from"""

class MemoryForecast(Value):
    """All of a layout's memory, term by term."""

    ranks: Sequence[RankMemory] = ...
    """ordered by rank"""
    limiting_rank: int = ...
    """the one with fewest tokens: all ranks get as many"""
    kv_tokens: WholeInterval = ...
    """of the deployment in all; with data parallelism of all its parts"""
    longest_request_tokens: WholeInterval = ...
    """one request may have no more, prompt and answer"""
    context_tokens: int = ...
    """max_model_len, or what the caller asked for"""
    concurrency: Interval = ...
    """requests of context_tokens that fit at a time"""
    hosts: Sequence[HostLoad] = ...
    """what loading takes, by host"""
    warnings: Sequence[str] = ...
    """what the engine will not say, or says wrongly"""
    def __str__(self) -> str: ...

class MemoryTerm(Value):
    """One thing that takes memory of a rank."""

    name: str = ...
    """"weights", "absorbed matrices", "activations", "sampler", "context and NCCL", "CUDA graphs", ..."""
    bytes: WholeInterval = ...
    """on the rank"""
    is_in_budget: bool = ...
    """false: on top of what the engine was allowed, out of the rest of the device"""
    because: str = ...
    """the formula with its numbers, or who measured it"""

class RankCalibration(Value):
    """What an engine said of one rank, or a rehearsal measured."""

    rank: int = ...
    """global"""
    weights_bytes: int | None = ...
    """unset: not said"""
    non_torch_bytes: int | None = ...
    """outside of torch's allocator; unset: not said"""
    activation_bytes: int | None = ...
    """torch's peak beside weights"""
    graph_bytes: int | None = ...
    """of CUDA graphs; unset: not said"""
    kv_cache_bytes: int | None = ...
    """unset: not said"""

class RankMemory(Value):
    """What a rank will hold."""

    rank: int = ...
    """global"""
    device_bytes: int = ...
    """of the GPU in all"""
    budget_bytes: int = ...
    """that the engine allows itself: device_bytes * gpu_memory_utilization"""
    terms: Sequence[MemoryTerm] = ...
    """without the KV cache"""
    kv_cache_bytes: WholeInterval = ...
    """the rest; negative: it does not fit"""
    kv_tokens: WholeInterval = ...
    """that fit in the KV cache"""

def forecast_memory(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint,
    layout: Layout,
    calibration: Calibration = ...,
    *,
    knowledge: Knowledge | None = None,
) -> MemoryForecast:
    """Memory of each rank, room for tokens and what loading takes of hosts; `calibration` replaces estimates."""

def longest_request(forecast: MemoryForecast, layout: Layout, users: int) -> WholeInterval:
    """How long each of `users` requests that run at a time may be, in tokens of prompt and answer. `layout` is
    the one of the forecast."""

def parse_calibration(log: str, source: str) -> Calibration:
    """What vLLM (0.6.4 and later) or SGLang says of its memory in a log."""
