# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value
from .engine import Engine
from .facts import Cluster
from .knowledge import Knowledge
from .layout import Layout
from .model import Checkpoint
from .spec import DeploymentSpec, Goal

__all__ = [
    "Plan",
    "PlanOptions",
    "RejectedLayout",
    "plan_layouts",
]

class Plan(Value):
    """The layouts that these machines and this model allow."""

    engine: Engine = ...
    """of every layout"""
    goal: Goal = ...
    """what the layouts are ordered by"""
    layouts: Sequence[Layout] = ...
    """best first; empty: nothing fits, and `rejected` says why"""
    unlisted: int = ...
    """possible layouts that are not listed: above the limit, or in nothing better than a listed one"""
    rejected: Sequence[RejectedLayout] = ...
    """what cannot be, by reason"""
    suggestions: Sequence[str] = ...
    """a quantised form, or a smaller model, that these machines can serve"""
    def best(self) -> Layout:
        """The first of the layouts; InvalidInput with the reasons where nothing fits."""
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...

class PlanOptions(Value):
    limit: int = ...
    """layouts that are listed, with all of their ranks"""

class RejectedLayout(Value):
    """One reason why layouts were rejected, and which layouts."""

    tensor_parallel: int = ...
    """of the layout that came nearest to fitting; 0: the reason holds for every size"""
    pipeline_parallel: int = ...
    """0: the reason holds for every size"""
    because: str = ...
    """the complete reason, in the words of the engine where it is the engine that refuses"""
    brief: str = ...
    """the first part of `because`, and what is possible; empty: `because` is short"""
    count: int = ...
    """number of layouts that the reason holds for"""
    sizes: str = ...
    """their sizes: "TP 3 and TP 6", "TP 4 x PP 4"; empty: every size"""
    is_unasked: bool = ...
    """uses expert parallelism or decode context parallelism, which the spec does not ask for"""

def plan_layouts(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint,
    *,
    limit: int = 16,
    knowledge: Knowledge | None = None,
) -> Plan:
    """Searches every way to divide the model over the hosts of the spec, for its goal, from facts alone."""
