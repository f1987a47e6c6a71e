# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import dataclasses
import enum
import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, overload

from typing_extensions import Self, dataclass_transform

from .config import Settings
from .decision import Decision
from .facts import Change, Cluster, Machine
from .host import Deployment, Hosts, Progress
from .knowledge import Knowledge
from .launch import DeploymentStatus, LaunchPlan
from .layout import Layout, LayoutDifference
from .logs import EngineLog
from .memory import MemoryForecast
from .model import Checkpoint
from .plan import Plan
from .readings import Readings, Recording
from .report import Report
from .shard import EnginePlan, ShardPlan
from .spec import DeploymentSpec
from .speed import SpeedForecast

__all__ = [
    "ErrorKind",
    "Value",
    "check",
    "compare",
    "connect",
    "decide",
    "diagnose",
    "discover",
    "down",
    "find_deployment",
    "follow_logs",
    "interpret",
    "read",
    "read_logs",
    "read_status",
    "show",
    "show_html",
    "show_matrix",
    "start",
    "to_svg",
    "up",
]

@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value:
    """What every value has. Fields are given by name, and cannot be assigned."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    _fields: ClassVar[tuple[str, ...]]
    def __hash__(self) -> int: ...
    def replace(self, **changes: Any) -> Self:
        """A copy with other values for the fields that are named. A dict for a field that is itself a value changes
        fields of that value: spec.replace(serve={"port": 8001})."""
    def to_dict(self) -> dict[str, Any]:
        """The fields as dicts, lists, texts and numbers, as JSON has them."""
    def to_json(self) -> str:
        """The JSON document of this value; docs/schemas/ describes it."""
    @classmethod
    def from_json(cls, text: str, source: str = "json") -> Self:
        """Reads what to_json() wrote; InvalidInput for anything else."""

class ErrorKind(enum.Enum):
    """What kind of trouble an Error is. The command line maps it to an exit code, Python to a class."""

    invalid_input = ...
    """a value or file from the caller is wrong"""
    not_found = ...
    """the named file, host or deployment does not exist"""
    unavailable = ...
    """a host, library or port cannot be used at present"""
    timed_out = ...
    """a stated deadline passed"""
    interrupted = ...
    """the caller asked to stop (Ctrl-C)"""
    system = ...
    """the operating system refused"""
    internal = ...
    """a defect in r1cluster"""

@overload
def check(decision: Decision, *, knowledge: Knowledge | None = None) -> Report:
    """Applies every rule to every subject. Rules that need what is None answer "unknown"."""

@overload
def check(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint | None = None,
    layout: Layout | None = None,
    *,
    knowledge: Knowledge | None = None,
) -> Report:
    """Applies every rule to every subject. Rules that need what is None answer "unknown"."""

@overload
def compare(before: Cluster, after: Cluster) -> list[Change]:
    """What differs: between two readings of the same machines, worse changes first; between our shard plan
    and the engine's, a line for each tensor of a rank; between two layouts, a row for each difference."""

@overload
def compare(first: Layout, second: Layout) -> list[LayoutDifference]:
    """What differs: between two readings of the same machines, worse changes first; between our shard plan
    and the engine's, a line for each tensor of a rank; between two layouts, a row for each difference."""

@overload
def compare(ours: ShardPlan, engine: EnginePlan, checkpoint: Checkpoint) -> list[str]:
    """What differs: between two readings of the same machines, worse changes first; between our shard plan
    and the engine's, a line for each tensor of a rank; between two layouts, a row for each difference."""

def connect(
    spec: DeploymentSpec,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> Hosts:
    """Connects to all hosts of the spec at once. A host that cannot be reached is no error; the next call tries
    again."""

def decide(
    spec: DeploymentSpec, recording: Recording, *, layout: int = 0, limit: int = 16, knowledge: Knowledge | None = None
) -> Decision:
    """From what was read to what start() would start, without I/O. `layout` is an index in the plan's layouts."""

@overload
def diagnose(logs: Sequence[EngineLog], *, knowledge: Knowledge | None = None) -> Report:
    """What the logs say went wrong, the likely cause first. A text counts as the log of one process."""

@overload
def diagnose(text: str, *, knowledge: Knowledge | None = None) -> Report:
    """What the logs say went wrong, the likely cause first. A text counts as the log of one process."""

def discover() -> Readings:
    """Reads this machine alone, without a spec."""

@overload
def down(
    spec: DeploymentSpec,
    *,
    purge: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> DeploymentStatus:
    """Ends the deployment on every host that can be reached."""

@overload
def down(hosts: Hosts, *, purge: bool = False) -> DeploymentStatus:
    """Ends the deployment on every host that can be reached."""

def find_deployment(hosts: Hosts) -> Deployment | None:
    """The deployment of this spec that is on the hosts, whoever started it; None where there is none."""

@overload
def follow_logs(
    spec: DeploymentSpec,
    on_text: Callable[[EngineLog], None],
    *,
    host: str = "",
    lines: int = 100,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> None:
    """The engine's logs as they grow, until interrupted or the deployment has ended; `on_text` gets whole lines."""

@overload
def follow_logs(hosts: Hosts, on_text: Callable[[EngineLog], None], *, host: str = "", lines: int = 100) -> None:
    """The engine's logs as they grow, until interrupted or the deployment has ended; `on_text` gets whole lines."""

@overload
def interpret(readings: Readings, *, knowledge: Knowledge | None = None) -> Machine:
    """What readings mean: a Machine of Readings, a Cluster of a Recording. What a host did not say is a Gap,
    never an exception."""

@overload
def interpret(recording: Recording, *, knowledge: Knowledge | None = None) -> Cluster:
    """What readings mean: a Machine of Readings, a Cluster of a Recording. What a host did not say is a Gap,
    never an exception."""

@overload
def read(
    spec: DeploymentSpec,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> Recording:
    """Reads every host of the spec in parallel, and tries the paths between them. A host that cannot be
    reached is in the result with the reason."""

@overload
def read(hosts: Hosts) -> Recording:
    """Reads every host of the spec in parallel, and tries the paths between them. A host that cannot be
    reached is in the result with the reason."""

@overload
def read_logs(
    spec: DeploymentSpec,
    *,
    host: str = "",
    lines: int = 100,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> list[EngineLog]:
    """The engine's logs, as they are now; the last `lines` of each, 0 for all."""

@overload
def read_logs(hosts: Hosts, *, host: str = "", lines: int = 100) -> list[EngineLog]:
    """The engine's logs, as they are now; the last `lines` of each, 0 for all."""

@overload
def read_status(
    spec: DeploymentSpec,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> DeploymentStatus:
    """How the deployment of this spec is, on each of its hosts."""

@overload
def read_status(hosts: Hosts) -> DeploymentStatus:
    """How the deployment of this spec is, on each of its hosts."""

@overload
def show(knowledge: Knowledge, table: str = "") -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(report: Report, explain: bool = False) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(machine: Machine) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(readings: Readings) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(cluster: Cluster) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(changes: Sequence[Change]) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(checkpoint: Checkpoint) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(differences: Sequence[LayoutDifference]) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(engine: EnginePlan) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(forecast: MemoryForecast, explain: bool = False) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(forecast: SpeedForecast, explain: bool = False) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(plan: Plan, explain: bool = False) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(settings: Settings, explain: bool = False) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(plan: LaunchPlan) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show(status: DeploymentStatus) -> str:
    """The text that the command line prints; with `explain` also the reasons."""

@overload
def show_html(report: Report) -> str:
    """HTML for a notebook, which shows it by itself for a value at the end of a cell."""

@overload
def show_html(machine: Machine) -> str:
    """HTML for a notebook, which shows it by itself for a value at the end of a cell."""

@overload
def show_html(cluster: Cluster) -> str:
    """HTML for a notebook, which shows it by itself for a value at the end of a cell."""

@overload
def show_html(layout: Layout) -> str:
    """HTML for a notebook, which shows it by itself for a value at the end of a cell."""

@overload
def show_html(plan: Plan) -> str:
    """HTML for a notebook, which shows it by itself for a value at the end of a cell."""

def show_matrix(machine: Machine) -> str:
    """The matrix of `nvidia-smi topo -m`, with HCAs, their rates, and where GPUDirect RDMA is used."""

def start(hosts: Hosts, launch_plan: LaunchPlan, *, knowledge: Knowledge | None = None) -> Deployment:
    """Starts what the plan says, and waits until it is ready or known never to be."""

@overload
def to_svg(machine: Machine) -> str:
    """A picture of a machine, or of what discover() read; what is wrong is red."""

@overload
def to_svg(readings: Readings) -> str:
    """A picture of a machine, or of what discover() read; what is wrong is red."""

@overload
def up(
    spec: DeploymentSpec,
    *,
    is_dry_run: bool = False,
    ignores_findings: bool = False,
    layout: int = 0,
    knowledge: Knowledge | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> Deployment:
    """Takes the hosts of the spec to a served model: read(), decide(), start(). Starts nothing when the report
    has errors; what fails on the way is undone. `layout` is an index in the plan's layouts."""

@overload
def up(
    hosts: Hosts,
    *,
    is_dry_run: bool = False,
    ignores_findings: bool = False,
    layout: int = 0,
    knowledge: Knowledge | None = None,
) -> Deployment:
    """Takes the hosts of the spec to a served model: read(), decide(), start(). Starts nothing when the report
    has errors; what fails on the way is undone. `layout` is an index in the plan's layouts."""
