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
    """name of the log: "worker-1.log" """
    ranks: Sequence[RankCalibration] = ...
    """those that the source says something of"""
    kv_tokens: int | None = ...
    """of the deployment, as the engine logged"""

class HostLoad(Value):
    """What loading the weights needs on one host."""

    host: str = ...
    """name in the spec"""
    read_bytes: int = ...
    """bytes of the checkpoint that the ranks of the host read; each byte counts once"""
    host_memory_bytes: WholeInterval = ...
    """processes, pinned buffers, swap space; without page cache"""
    load_s: Interval = ...
    """by the rate of the file system; the low value assumes that the page cache holds the files"""
    because: str = ...
    """what the forecast follows from"""

class MemoryForecast(Value):
    """All of a layout's memory, term by term."""

    ranks: Sequence[RankMemory] = ...
    """ordered by rank"""
    limiting_rank: int = ...
    """the rank with the fewest tokens; every rank gets as many as this one"""
    kv_tokens: WholeInterval = ...
    """of the deployment; the sum over data-parallel parts"""
    longest_request_tokens: WholeInterval = ...
    """longest possible request, prompt and answer"""
    context_tokens: int = ...
    """max_model_len, or what the caller asked for"""
    concurrency: Interval = ...
    """number of requests of context_tokens that fit at the same time"""
    hosts: Sequence[HostLoad] = ...
    """what loading takes, by host"""
    warnings: Sequence[str] = ...
    """limits that the engine does not report, or reports incorrectly"""
    def __str__(self) -> str: ...

class MemoryTerm(Value):
    """One use of memory on a rank."""

    name: str = ...
    """"weights", "absorbed matrices", "activations", "sampler", "context and NCCL", "CUDA graphs", ..."""
    bytes: WholeInterval = ...
    """on the rank"""
    is_in_budget: bool = ...
    """false: outside of RankMemory::budget_bytes, in the rest of the device's memory"""
    because: str = ...
    """the formula with its numbers, or who measured it"""

class RankCalibration(Value):
    """Measured memory of one rank: from the engine's log or a rehearsal."""

    rank: int = ...
    """global"""
    weights_bytes: int | None = ...
    """unset: not said"""
    non_torch_bytes: int | None = ...
    """outside of torch's allocator; unset: not said"""
    activation_bytes: int | None = ...
    """torch's peak without the weights"""
    graph_bytes: int | None = ...
    """of CUDA graphs; unset: not said"""
    kv_cache_bytes: int | None = ...
    """unset: not said"""

class RankMemory(Value):
    """The memory of one rank."""

    rank: int = ...
    """global"""
    device_bytes: int = ...
    """total memory of the GPU"""
    budget_bytes: int = ...
    """what the engine limits itself to: device_bytes * gpu_memory_utilization"""
    terms: Sequence[MemoryTerm] = ...
    """without the KV cache"""
    kv_cache_bytes: WholeInterval = ...
    """what remains of the budget; negative: the rank does not fit"""
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
