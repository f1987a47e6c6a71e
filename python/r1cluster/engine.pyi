# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value
from .facts import Cluster
from .knowledge import Knowledge, Runner
from .model import ExpertPlacement, Loading, ModelConfig
from .spec import DeploymentSpec
from .units import Version

__all__ = [
    "Engine",
    "choose_engine",
    "default_partition",
]

class Engine(Value):
    """The engine that a deployment runs, with every option that a forecast or a command depends on.
    choose_engine() makes it once; Plan and Layout carry it, and everything that takes a Layout uses this
    value."""

    name: str = ...
    """in a spec; empty: not chosen yet"""
    version: Version | None = ...
    """unset: unknown, the newest known release is assumed"""
    runner: Runner = ...
    """part of the engine that runs the model"""
    dtype: str = ...
    """of activations: "bfloat16", "float16" """
    is_dtype_lowered: bool = ...
    """a GPU cannot compute in the model's dtype, so the command must give `dtype`"""
    kv_cache_dtype: str = ...
    """as dtype, or "fp8" """
    gpu_memory_utilization: float = ...
    """fraction of each GPU's memory that the engine allows itself"""
    kv_cache_bytes: int | None = ...
    """per rank; unset: what remains beside weights and buffers"""
    max_model_len: int = ...
    """prompt and answer of one request, in tokens"""
    max_batched_tokens: int = ...
    """of one step"""
    max_sequences: int = ...
    """of one step"""
    block_size: int = ...
    """tokens per block of the KV cache"""
    swap_space_bytes: int = ...
    """of host memory per rank"""
    speculative_tokens: int = ...
    """drafted per step by the model's own next-token layers"""
    expert_placement: ExpertPlacement = ...
    """which experts each rank has"""
    has_latent_cache: bool = ...
    """one cache row for all heads (MLA), not divided by tensor parallelism"""
    is_custom_all_reduce: bool = ...
    """the engine's own all-reduce inside a host"""
    are_graphs_in_budget: bool = ...
    """an estimate of CUDA graphs is taken off the memory budget"""
    is_eager: bool = ...
    """no compilation and no CUDA graphs"""
    has_dummy_weights: bool = ...
    """random weights in place of the checkpoint's (--load-format dummy)"""
    because: Sequence[str] = ...
    """for each value that differs from what the spec leads to expect"""
    def loading(self) -> Loading:
        """What decides which bytes of a checkpoint its ranks read."""

def choose_engine(
    spec: DeploymentSpec, cluster: Cluster, config: ModelConfig, *, knowledge: Knowledge | None = None
) -> Engine:
    """The engine of the spec with all of its options: what Layout.engine holds."""

def default_partition(layers: int, pipeline_parallel: int, engine: Engine = ...) -> list[int]:
    """Layers of each pipeline stage by the engine's own rule."""
