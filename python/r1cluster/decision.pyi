# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import enum
from collections.abc import Sequence

from ._core import Value
from .config import Settings
from .facts import Cluster
from .launch import LaunchPlan
from .layout import Layout
from .model import Checkpoint
from .plan import Plan
from .report import Report
from .spec import DeploymentSpec

__all__ = [
    "Decision",
    "DecisionStep",
    "Refusal",
]

class Decision(Value):
    """One deployment, decided but not started: its spec, what is known of hosts and model, and what follows from
    that. decide() makes it. Whoever has some of the parts can fill them in and call check(): an unset part is
    unknown, and the rules that need it answer "unknown" or do not apply."""

    spec: DeploymentSpec = ...
    """what was asked for"""
    cluster: Cluster = ...
    """what is known of the hosts"""
    checkpoint: Checkpoint | None = ...
    """unset: no host gave one, or it cannot be read"""
    plan: Plan = ...
    """every layout that is possible, best first"""
    layout: Layout | None = ...
    """the one of them that the next two are for"""
    settings: Settings | None = ...
    """environment of the engine on each host"""
    launch_plan: LaunchPlan | None = ...
    """what start() starts"""
    refusals: Sequence[Refusal] = ...
    """in the order of the steps"""
    report: Report = ...
    """of check(); with an error in it, up() does not start"""
    def require_layout(self) -> Layout:
        """The layout; InvalidInput or NotFound where there is none."""
    def require_settings(self) -> Settings:
        """The settings; errors as of require_layout()."""
    def require_launch_plan(self) -> LaunchPlan:
        """The launch plan; errors as of require_layout()."""

class DecisionStep(enum.Enum):
    """The steps of decide(), in their order. A step that is refused leaves its value and those of later steps
    unset."""

    checkpoint = ...
    plan = ...
    settings = ...
    launch = ...

class Refusal(Value):
    """Why a step has no value."""

    step: DecisionStep = ...
    """that was refused"""
    subject: str = ...
    """the path, host or variable that the step could not accept"""
    because: str = ...
    """the reason"""
