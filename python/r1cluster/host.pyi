# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import os
from collections.abc import Callable, Sequence

from ._core import Value
from .config import Settings
from .facts import Cluster
from .launch import DeploymentStatus, LaunchPlan
from .layout import Layout
from .logs import EngineLog, TransportUse
from .plan import Plan
from .readings import CheckpointText, Readings, Recording
from .report import Report
from .shard import EnginePlan
from .spec import DeploymentSpec

__all__ = [
    "Deployment",
    "EngineQuestion",
    "Hosts",
    "Progress",
    "ReadRequest",
    "StepTime",
    "UpResult",
    "ask_engine",
    "ask_engine_all",
    "example_recording",
    "example_spec",
    "load_recording",
    "read_checkpoint",
    "read_text_file",
    "read_this_host",
    "save_recording",
    "write_example",
]

class Deployment:
    """A deployment on its hosts. As a context manager it ends an attached one when the block is left; a service
    goes on."""

    @property
    def result(self) -> UpResult:
        """What up() or start() found, decided and did."""
    def is_ready(self) -> bool:
        """True where every rank was alive and one token was generated."""
    def status(self) -> DeploymentStatus:
        """How it is now."""
    def wait(self) -> DeploymentStatus:
        """Blocks until it is over: it failed, and the status has the cause, or somebody ended it."""
    def stop(self, *, purge: bool = False) -> DeploymentStatus:
        """Ends it on every host, and waits until nothing is left; logs stay, unless `purge`."""
    def read_logs(self, *, host: str = "", lines: int = 100) -> list[EngineLog]: ...
    def follow_logs(self, on_text: Callable[[EngineLog], None], *, host: str = "", lines: int = 100) -> None: ...
    def close(self) -> None:
        """Ends an attached deployment, and lets go of any other."""
    def __enter__(self) -> Deployment: ...
    def __exit__(self, arg0: object, arg1: object, arg2: object) -> None: ...

class EngineQuestion(Value):
    """What an installed engine is asked: how it would read this checkpoint in this layout. Of the layout count
    the sizes, the host of each rank, and layers_per_stage where they are not the engine's own."""

    checkpoint: CheckpointText = ...
    """that the engine is asked about"""
    layout: Layout = ...
    """that the engine is asked about"""

class Hosts:
    """Connections to all hosts of a spec, for any number of calls; a context manager. Calls of several
    threads take turns."""

    @property
    def spec(self) -> DeploymentSpec: ...
    def close(self) -> None:
        """Closes the connections, once no Deployment uses them any more."""
    def __enter__(self) -> Hosts: ...
    def __exit__(self, arg0: object, arg1: object, arg2: object) -> None: ...

class Progress(Value):
    """One line of progress: what is being done, for how long, and how far it has come."""

    step: str = ...
    """"read", "check", "launch", "ready" """
    text: str = ...
    """"node1: pushing the agent, 4.2 of 8.1 MiB" """
    elapsed_s: float = ...
    """seconds since the call began"""
    is_done: bool = ...
    """the step has ended"""

class ReadRequest(Value):
    """What one host is asked."""

    host: str = ...
    """name that the readings will bear"""
    model_path: str = ...
    """empty: no checkpoint"""
    python: str = ...
    """engine's interpreter; empty: no engine"""
    python_path: str = ...
    """PYTHONPATH of the engine's processes"""
    peers: Sequence[str] = ...
    """addresses to route to"""
    names: Sequence[str] = ...
    """host names to resolve"""
    paths: Sequence[str] = ...
    """folders whose file systems matter"""
    proxy: str = ...
    """executable of HAProxy, or "haproxy" to look for it in the usual folders; empty: not needed"""
    image: str = ...
    """that holds the engine; empty: `python` is on the host"""
    container_program: str = ...
    """"docker", "podman", or a path; of the image"""
    container_options: Sequence[str] = ...
    """of `run`, with which the engine is found: mounts"""

class StepTime(Value):
    """How long one step of up() took."""

    step: str = ...
    """"connect", "read", "decide", "launch", "ready" """
    seconds: float = ...
    """that it took"""

class UpResult(Value):
    """Everything that up() found, decided and did. start() fills in what it did: launch_plan, status,
    transports, steps, and a report on the logs where the engine did not become ready."""

    cluster: Cluster = ...
    """what was read of the hosts"""
    plan: Plan = ...
    """every layout that is possible"""
    report: Report = ...
    """of check(), or on the logs"""
    settings: Settings = ...
    """environment of the engine on each host"""
    launch_plan: LaunchPlan | None = ...
    """unset: it did not come so far, and the report says why"""
    status: DeploymentStatus = ...
    """at the end of up() or start()"""
    transports: Sequence[TransportUse] = ...
    """that NCCL said it uses"""
    steps: Sequence[StepTime] = ...
    """how long each step took"""
    was_running: bool = ...
    """the deployment was up already; nothing was done"""

def ask_engine(
    environment: os.PathLike[str] | str,
    question: EngineQuestion,
    *,
    timeout_s: int = 1800,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> EnginePlan:
    """The answer to one question; InvalidInput with the engine's words if it refuses."""

def ask_engine_all(
    environment: os.PathLike[str] | str,
    questions: Sequence[EngineQuestion],
    *,
    timeout_s: int = 1800,
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> list[EnginePlan]:
    """Asks the vLLM of an environment on this machine which bytes its ranks read, without a GPU and without
    weights. A model that it refuses is an answer too."""

def example_recording() -> Recording:
    """What the hosts of the example answer, with the headers of DeepSeek-R1; described by hand."""

def example_spec() -> DeploymentSpec:
    """The spec of the example: DeepSeek-R1 on two hosts, each with eight H100 and eight InfiniBand ports."""

def load_recording(folder: os.PathLike[str] | str) -> Recording:
    """Reads the folder that save_recording() wrote."""

def read_checkpoint(
    path: os.PathLike[str] | str,
    *,
    revision: str = "",
    token_file: os.PathLike[str] | str = ...,
    ca_file: os.PathLike[str] | str = ...,
    timeout_s: int = 30,
    connections: int = 8,
) -> CheckpointText:
    """The small files and shard headers of a checkpoint: of a folder, a hub's cache, or an address as text
    (http:// or https://) of a mirror or hub."""

def read_text_file(path: os.PathLike[str] | str, limit_bytes: int = 1048576) -> str:
    """The content of a text file of at most `limit_bytes`."""

def read_this_host(request: ReadRequest) -> Readings:
    """Reads this machine; never raises for what it cannot see."""

def save_recording(recording: Recording, folder: os.PathLike[str] | str) -> None:
    """Writes a recording to a new or empty folder."""

def write_example(folder: os.PathLike[str] | str) -> None:
    """Writes the example, about 20 MB, to a new or empty folder: cluster.toml, and the folder recording."""
