# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value
from .facts import Cluster
from .knowledge import Knowledge
from .layout import Layout, Workload
from .model import Checkpoint
from .spec import DeploymentSpec
from .units import Interval

__all__ = [
    "LinkTraffic",
    "SlownessCause",
    "SpeedForecast",
    "SpeedPoint",
    "SpeedTerm",
    "explain_slowness",
    "forecast_speed",
]

class LinkTraffic(Value):
    """Traffic per token on one kind of link."""

    link: str = ...
    """"NVLink inside a host", "host a -> host b" """
    decode_bytes_per_token: float = ...
    """while answers are made"""
    decode_messages_per_token: float = ...
    """while answers are made"""
    prefill_bytes_per_token: float = ...
    """while prompts are read"""
    because: str = ...
    """the formula with its numbers"""

class SlownessCause(Value):
    """A possible reason why a deployment is slower than expected."""

    name: str = ...
    """"prefill over a 1 Gb/s network" """
    tpot_ms: Interval = ...
    """TPOT that the cause would give"""
    fit: float = ...
    """0 to 1: agreement with the observed rate"""
    because: str = ...
    """the comparison in numbers"""
    how_to_tell: str = ...
    """measurement that confirms or excludes the cause"""

class SpeedForecast(Value):
    """How fast a layout serves the loads that were asked for."""

    points: Sequence[SpeedPoint] = ...
    """one for each requested workload"""
    links: Sequence[LinkTraffic] = ...
    """what crosses them"""
    accuracy: str = ...
    """errors of such forecasts, from docs/accuracy.md"""
    def __str__(self) -> str: ...

class SpeedPoint(Value):
    """The speed of a layout for one workload."""

    workload: Workload = ...
    """that the figures are for"""
    ttft_ms: Interval = ...
    """time to first token"""
    tpot_ms: Interval = ...
    """time per output token of one request"""
    output_tokens_per_s: Interval = ...
    """sum over all requests"""
    decode_step: Sequence[SpeedTerm] = ...
    """largest first; their sum is tpot_ms"""
    prefill: Sequence[SpeedTerm] = ...
    """largest first; their sum is ttft_ms"""
    bound_by: str = ...
    """one sentence: the limiting term and the most useful change, in numbers"""

class SpeedTerm(Value):
    """One part of the time of a step."""

    name: str = ...
    """"weights from HBM", "KV cache from HBM", "arithmetic", "all-reduces", "launch", "pipeline hops", ..."""
    ms: Interval = ...
    """milliseconds of a step"""
    because: str = ...
    """the formula with its numbers"""

def explain_slowness(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint,
    layout: Layout,
    workload: Workload,
    observed_tokens_per_s: float,
    *,
    knowledge: Knowledge | None = None,
) -> list[SlownessCause]:
    """What may explain the tokens per second that one request gets, best fit first."""

def forecast_speed(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint,
    layout: Layout,
    workloads: Sequence[Workload],
    *,
    knowledge: Knowledge | None = None,
) -> SpeedForecast:
    """How fast a layout will serve each of these loads, as intervals with the reason for each part."""
