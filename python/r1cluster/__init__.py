# SPDX-License-Identifier: Apache-2.0
"""r1cluster takes bare GPU machines to a served DeepSeek-R1, and any model of its kind.

Here are the verbs, and the values that one meets first. Each module below has the rest of one subject:

    spec       what the user asks for            readings   what hosts said, verbatim
    facts      machines and their devices        documents  formats of other tools
    model      checkpoints and tensors           engine     the engine and its options
    layout     how a model is spread             shard      which bytes each rank reads
    memory     what ranks and hosts hold         speed      how fast a layout serves
    plan       all layouts, best first           config     environment of the engine
    launch     processes, and how they are       report     findings
    decision   all of it, from one recording     logs       logs of the engine
    host       connections and deployments       knowledge  the tables that decide
    units      versions, intervals, amounts      errors     exceptions
    aio        the calls that reach hosts, for asyncio

Only the functions that reach hosts touch the world (read, up, read_status, down, read_logs and their kin); all others
are functions from values to values, and work on a laptop from a recording:

    >>> import r1cluster
    >>> cluster = r1cluster.interpret(r1cluster.example_recording())
    >>> cluster.machines[0].is_reached()
    True
"""

from . import (
    config,
    decision,
    documents,
    engine,
    errors,
    facts,
    host,
    knowledge,
    launch,
    layout,
    logs,
    memory,
    model,
    plan,
    readings,
    report,
    shard,
    spec,
    speed,
    units,
)
from ._binary import find_binary
from ._core import (
    ErrorKind,
    Value,
    check,
    compare,
    connect,
    decide,
    diagnose,
    discover,
    down,
    find_deployment,
    follow_logs,
    interpret,
    read,
    read_logs,
    read_status,
    show,
    show_html,
    show_matrix,
    start,
    to_svg,
    up,
)
from ._html import extend as _extend_html
from ._parquet import write_parquet
from ._values import extend as _extend
from ._values import to_rows
from .config import Settings, choose_settings, render_env_file, render_shell
from .decision import Decision
from .errors import (
    Error,
    Internal,
    Interrupted,
    InvalidInput,
    NotFound,
    SystemFailure,
    TimedOut,
    Unavailable,
)
from .facts import Cluster, Machine
from .host import (
    Deployment,
    Hosts,
    Progress,
    UpResult,
    ask_engine,
    example_recording,
    example_spec,
    load_recording,
    read_checkpoint,
    read_text_file,
    save_recording,
    write_example,
)
from .knowledge import Knowledge, load_knowledge
from .launch import DeploymentStatus, LaunchPlan, plan_launch
from .layout import Layout, Workload
from .logs import EngineLog
from .memory import MemoryForecast, forecast_memory, longest_request
from .model import Checkpoint, checkpoint_summary, parse_checkpoint
from .plan import Plan, plan_layouts
from .readings import Readings, Recording, import_files, scrub
from .report import Finding, Report, Severity, merge
from .shard import ShardPlan, plan_shards
from .spec import DeploymentSpec, HostSpec, init, parse_spec, to_toml, validated
from .speed import SpeedForecast, explain_slowness, forecast_speed
from .units import Version, format_bytes, format_count, format_seconds, library_version

_extend(Value)
_extend_html()

__version__ = library_version()

__all__ = [
    "Checkpoint",
    "Cluster",
    "Decision",
    "Deployment",
    "DeploymentSpec",
    "DeploymentStatus",
    "EngineLog",
    "Error",
    "ErrorKind",
    "Finding",
    "HostSpec",
    "Hosts",
    "Internal",
    "Interrupted",
    "InvalidInput",
    "Knowledge",
    "LaunchPlan",
    "Layout",
    "Machine",
    "MemoryForecast",
    "NotFound",
    "Plan",
    "Progress",
    "Readings",
    "Recording",
    "Report",
    "Settings",
    "Severity",
    "ShardPlan",
    "SpeedForecast",
    "SystemFailure",
    "TimedOut",
    "Unavailable",
    "UpResult",
    "Value",
    "Version",
    "Workload",
    "ask_engine",
    "check",
    "checkpoint_summary",
    "choose_settings",
    "compare",
    "config",
    "connect",
    "decide",
    "decision",
    "diagnose",
    "discover",
    "documents",
    "down",
    "engine",
    "errors",
    "example_recording",
    "example_spec",
    "explain_slowness",
    "facts",
    "find_binary",
    "find_deployment",
    "follow_logs",
    "forecast_memory",
    "forecast_speed",
    "format_bytes",
    "format_count",
    "format_seconds",
    "host",
    "import_files",
    "init",
    "interpret",
    "knowledge",
    "launch",
    "layout",
    "library_version",
    "load_knowledge",
    "load_recording",
    "logs",
    "longest_request",
    "memory",
    "merge",
    "model",
    "parse_checkpoint",
    "parse_spec",
    "plan",
    "plan_launch",
    "plan_layouts",
    "plan_shards",
    "read",
    "read_checkpoint",
    "read_logs",
    "read_status",
    "read_text_file",
    "readings",
    "render_env_file",
    "render_shell",
    "report",
    "save_recording",
    "scrub",
    "shard",
    "show",
    "show_html",
    "show_matrix",
    "spec",
    "speed",
    "start",
    "to_rows",
    "to_svg",
    "to_toml",
    "units",
    "up",
    "validated",
    "write_example",
    "write_parquet",
]
