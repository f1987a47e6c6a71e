# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
"""
The C++ library as Python sees it. Import r1cluster, not this module.
"""

from __future__ import annotations
import collections.abc
import enum
import os
import typing

__all__: list[str] = [
    "Answer",
    "Calibration",
    "Cast",
    "Cause",
    "Change",
    "CheckedRule",
    "Checkpoint",
    "CheckpointDigest",
    "CheckpointSummary",
    "CheckpointText",
    "Cluster",
    "ContainerRuntime",
    "Cpu",
    "CpuLimit",
    "Decision",
    "DecisionStep",
    "Deployment",
    "DeploymentPorts",
    "DeploymentSpec",
    "DeploymentStatus",
    "DevicePath",
    "Difference",
    "Engine",
    "EngineEnvironment",
    "EngineLog",
    "EngineParameter",
    "EnginePlan",
    "EngineQuestion",
    "EngineRank",
    "EngineRunner",
    "EngineSpec",
    "ErrorKind",
    "ExpertPlacement",
    "Experts",
    "FabricState",
    "Fate",
    "FileShare",
    "Filesystem",
    "Finding",
    "Firewall",
    "Gap",
    "Gid",
    "Goal",
    "GoalKind",
    "Gpu",
    "GpuDirectRdma",
    "GpuFabric",
    "GpuPeer",
    "GpuProcess",
    "GroupRank",
    "Hca",
    "HcaPort",
    "HcaPortState",
    "HcaRole",
    "HostLaunch",
    "HostLoad",
    "HostPath",
    "HostSettings",
    "HostShards",
    "HostSpec",
    "HostStatus",
    "Hosts",
    "Hugepages",
    "ImportedFiles",
    "Interval",
    "LatentAttention",
    "LaunchPlan",
    "LaunchPort",
    "LayerSum",
    "Layout",
    "LayoutSpec",
    "Limit",
    "Limits",
    "LinkLayer",
    "LinkTraffic",
    "Loading",
    "Machine",
    "MemoryForecast",
    "MemoryTerm",
    "ModelConfig",
    "ModelSpec",
    "NameResolution",
    "NearHca",
    "Nic",
    "NicAddress",
    "NicKind",
    "NumaNode",
    "NvLink",
    "PathProbe",
    "PciDevice",
    "PciKind",
    "PciLink",
    "Phase",
    "Plan",
    "PlanOptions",
    "PlannedPort",
    "PlannedTensor",
    "PortState",
    "Problem",
    "ProcessSpec",
    "ProcessStatus",
    "Progress",
    "Quantization",
    "Rail",
    "RailPort",
    "RankCalibration",
    "RankMemory",
    "RankPlacement",
    "RankShards",
    "RankStatus",
    "ReadRequest",
    "Readiness",
    "Readings",
    "ReasonCode",
    "Recording",
    "Refusal",
    "RejectedLayout",
    "Report",
    "Route",
    "RouteEntry",
    "RoutePolicy",
    "Runtime",
    "RuntimeKind",
    "Scrubbed",
    "SecretVariable",
    "ServeSpec",
    "Service",
    "Setting",
    "Settings",
    "Severity",
    "ShardDigest",
    "ShardFile",
    "ShardPlan",
    "ShardText",
    "Slice",
    "SlicePattern",
    "SliceRule",
    "SliceTable",
    "SlownessCause",
    "SoftwareBuild",
    "SpeedForecast",
    "SpeedPoint",
    "SpeedTerm",
    "StageShards",
    "StepTime",
    "Tensor",
    "TensorPlace",
    "TensorSum",
    "Transport",
    "TransportUse",
    "UpResult",
    "Version",
    "WholeInterval",
    "Workload",
    "active_nvlinks",
    "apply_engine_plan",
    "ask_engine",
    "ask_engine_all",
    "cast_of",
    "check",
    "checkpoint_summary",
    "choose_engine",
    "choose_settings",
    "compare",
    "connect",
    "decide",
    "default_partition",
    "deployment_ports",
    "device_name",
    "diagnose",
    "discover",
    "down",
    "dtype_bits",
    "explain_slowness",
    "family_of",
    "find_deployment",
    "find_filesystem",
    "find_path",
    "find_transports",
    "follow_logs",
    "forecast_memory",
    "forecast_speed",
    "format_bytes",
    "format_count",
    "format_seconds",
    "from_folder",
    "header_length_refusal",
    "import_files",
    "init",
    "interpret",
    "is_imported",
    "kind_of_document",
    "kv_bytes_per_token",
    "library_version",
    "load_recording",
    "loaded_config",
    "merge",
    "parse_calibration",
    "parse_checkpoint",
    "parse_config",
    "parse_document",
    "parse_engine_plan",
    "parse_goal",
    "parse_safetensors",
    "parse_spec",
    "pipeline_refusal",
    "place_ranks",
    "place_tensor",
    "plan_launch",
    "plan_layouts",
    "plan_shards",
    "planned_ports",
    "read",
    "read_checkpoint",
    "read_logs",
    "read_status",
    "read_text_file",
    "read_this_host",
    "render_env_file",
    "render_shell",
    "save_recording",
    "scrub",
    "show",
    "show_html",
    "show_matrix",
    "slice_tensor",
    "start",
    "summarize",
    "tensor_of",
    "tensor_parallel_refusal",
    "to_dot",
    "to_folder",
    "to_hwloc_text",
    "to_nccl_topology",
    "to_svg",
    "to_toml",
    "up",
    "validated",
]

class Interval:
    """
    A forecast: from low to high, most likely the one between.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Interval:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, low: float = 0.0, likely: float = 0.0, high: float = 0.0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Interval: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Interval:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def high(self) -> float: ...
    @property
    def likely(self) -> float: ...
    @property
    def low(self) -> float: ...

class WholeInterval:
    """
    A forecast of a count: from low to high.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> WholeInterval:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, low: int = 0, likely: int = 0, high: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> WholeInterval: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> WholeInterval:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def high(self) -> int: ...
    @property
    def likely(self) -> int: ...
    @property
    def low(self) -> int: ...

class ErrorKind(enum.Enum):
    """
    What kind of trouble an Error is.
    """

    internal = ...
    interrupted = ...
    invalid_input = ...
    not_found = ...
    system = ...
    timed_out = ...
    unavailable = ...

class Version:
    """
    A release number such as "0.11.1", ordered by its numbers.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def parse(text: str) -> Version:
        """
        InvalidInput for text that is not a version.
        """
    @staticmethod
    def try_parse(text: str) -> Version | None:
        """
        None for text that is not a version.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __ge__(self, arg0: Version) -> bool: ...
    def __getstate__(self) -> str: ...
    def __gt__(self, arg0: Version) -> bool: ...
    def __init__(
        self, *, numbers: collections.abc.Sequence[int] = [], pre_release: str = "", local: str = ""
    ) -> None: ...
    def __le__(self, arg0: Version) -> bool: ...
    def __lt__(self, arg0: Version) -> bool: ...
    def __replace__(self, **changes: typing.Any) -> Version: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Version:
        """
        A copy with other values for the fields that are named.
        """
    def text(self) -> str: ...
    @property
    def local(self) -> str: ...
    @property
    def numbers(self) -> list[int]: ...
    @property
    def pre_release(self) -> str: ...

class Severity(enum.Enum):
    """
    Ordered by how much it matters.
    """

    error = ...
    info = ...
    unknown = ...
    warning = ...

class Finding:
    """
    One thing that is not as it must be, or could not be judged.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Finding:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        id: str = "",
        severity: Severity = ...,
        subject: str = "",
        observed: str = "",
        expected: str = "",
        remedy: str = "",
        source: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Finding: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Finding:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def expected(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def observed(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def source(self) -> str: ...
    @property
    def subject(self) -> str: ...

class CheckedRule:
    """
    A rule that was applied, and to how many subjects.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> CheckedRule:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, id: str = "", requirement: str = "", subjects: int = 0, passed: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> CheckedRule: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> CheckedRule:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def id(self) -> str: ...
    @property
    def passed(self) -> int: ...
    @property
    def requirement(self) -> str: ...
    @property
    def subjects(self) -> int: ...

class Report:
    """
    All findings, most severe first, and everything that was checked.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Report:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, findings: collections.abc.Sequence[Finding] = [], checked: collections.abc.Sequence[CheckedRule] = []
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Report: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def count(self, severity: Severity) -> int: ...
    def is_clean(self) -> bool:
        """
        True when no finding is an error or unknown.
        """
    def replace(self, **changes: typing.Any) -> Report:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def checked(self) -> list[CheckedRule]: ...
    @property
    def findings(self) -> list[Finding]: ...

class GoalKind(enum.Enum):
    """
    What a deployment is to be best at.
    """

    context = ...
    latency = ...
    throughput = ...
    users = ...

class Goal:
    """
    What layouts are ordered by.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Goal:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, kind: GoalKind = ..., users: int = 1, tokens: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Goal: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Goal:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def kind(self) -> GoalKind: ...
    @property
    def tokens(self) -> int: ...
    @property
    def users(self) -> int: ...

class Transport(enum.Enum):
    """
    How the agent on a host is reached.
    """

    local = ...
    ssh = ...

class Fate(enum.Enum):
    """
    What becomes of the processes when the controller goes away.
    """

    attached = ...
    service = ...

class HostSpec:
    """
    One machine, or one part of a machine, that takes part.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        address: str = "",
        ssh: str = "",
        transport: Transport = ...,
        python: str = "",
        interface: str = "",
        gpus: collections.abc.Sequence[int] | None = None,
        env: collections.abc.Mapping[str, str] = {},
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HostSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def env(self) -> dict[str, str]: ...
    @property
    def gpus(self) -> list[int] | None: ...
    @property
    def interface(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def python(self) -> str: ...
    @property
    def ssh(self) -> str: ...
    @property
    def transport(self) -> Transport: ...

class ModelSpec:
    """
    Which checkpoint is served, and under which name.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ModelSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, path: str = "", served_name: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> ModelSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ModelSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def path(self) -> str: ...
    @property
    def served_name(self) -> str: ...

class EngineSpec:
    """
    The engine, and how it is started.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EngineSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        version: str = "",
        python: str = "",
        backend: str = "",
        extra_arguments: collections.abc.Sequence[str] = [],
        gpu_memory_utilization: float = 0.9,
        kv_cache_bytes: int | None = None,
        start_timeout_s: int = 1800,
        dtype: str = "",
        kv_cache_dtype: str = "",
        max_batched_tokens: int | None = None,
        max_sequences: int | None = None,
        is_eager: bool = False,
        speculative_tokens: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> EngineSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> EngineSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def backend(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def extra_arguments(self) -> list[str]: ...
    @property
    def gpu_memory_utilization(self) -> float: ...
    @property
    def is_eager(self) -> bool: ...
    @property
    def kv_cache_bytes(self) -> int | None: ...
    @property
    def kv_cache_dtype(self) -> str: ...
    @property
    def max_batched_tokens(self) -> int | None: ...
    @property
    def max_sequences(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def python(self) -> str: ...
    @property
    def speculative_tokens(self) -> int: ...
    @property
    def start_timeout_s(self) -> int: ...
    @property
    def version(self) -> str: ...

class ServeSpec:
    """
    Where the head host listens for requests.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ServeSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        address: str = "127.0.0.1",
        port: int = 8000,
        max_model_len: int | None = None,
        api_key_file: str = "",
        goal: Goal | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ServeSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ServeSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def api_key_file(self) -> str: ...
    @property
    def goal(self) -> Goal | None: ...
    @property
    def max_model_len(self) -> int | None: ...
    @property
    def port(self) -> int: ...

class LayoutSpec:
    """
    Any part left out is chosen by plan_layouts().
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> LayoutSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        tensor_parallel: int | None = None,
        pipeline_parallel: int | None = None,
        layers_per_stage: collections.abc.Sequence[int] | None = None,
        data_parallel: int | None = None,
        expert_parallel: bool | None = None,
        decode_context_parallel: int | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> LayoutSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> LayoutSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def data_parallel(self) -> int | None: ...
    @property
    def decode_context_parallel(self) -> int | None: ...
    @property
    def expert_parallel(self) -> bool | None: ...
    @property
    def layers_per_stage(self) -> list[int] | None: ...
    @property
    def pipeline_parallel(self) -> int | None: ...
    @property
    def tensor_parallel(self) -> int | None: ...

class DeploymentSpec:
    """
    What the user asks for: the content of cluster.toml, or the same built by hand.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> DeploymentSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        fate: Fate = ...,
        hosts: collections.abc.Sequence[HostSpec] = [],
        model: ModelSpec = ...,
        engine: EngineSpec = ...,
        serve: ServeSpec = ...,
        layout: LayoutSpec = ...,
        env: collections.abc.Mapping[str, str] = {},
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> DeploymentSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> DeploymentSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def engine(self) -> EngineSpec: ...
    @property
    def env(self) -> dict[str, str]: ...
    @property
    def fate(self) -> Fate: ...
    @property
    def hosts(self) -> list[HostSpec]: ...
    @property
    def layout(self) -> LayoutSpec: ...
    @property
    def model(self) -> ModelSpec: ...
    @property
    def name(self) -> str: ...
    @property
    def serve(self) -> ServeSpec: ...

class PlannedPort:
    """
    A TCP port that a deployment will bind.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PlannedPort:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, host: str = "", address: str = "", port: int = 0, purpose: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> PlannedPort: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PlannedPort:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def purpose(self) -> str: ...

class DeploymentPorts:
    """
    TCP ports that a deployment binds on the head host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> DeploymentPorts:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, api: int = 0, rendezvous: int = 0, guard: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> DeploymentPorts: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> DeploymentPorts:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def api(self) -> int: ...
    @property
    def guard(self) -> int: ...
    @property
    def rendezvous(self) -> int: ...

class ReasonCode(enum.Enum):
    """
    Why something could not be seen, where code decides on it.
    """

    driver_mismatch = ...
    driver_not_loaded = ...
    gpu_lost = ...
    invalid_argument = ...
    no_function = ...
    no_library = ...
    no_permission = ...
    not_asked = ...
    not_built = ...
    not_found = ...
    not_supported = ...

class Answer:
    """
    One answer of a host, verbatim, or the reason there is none.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Answer:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, text: str | None = None, because: str = "", code: ReasonCode | None = None) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Answer: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Answer:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def code(self) -> ReasonCode | None: ...
    @property
    def text(self) -> str | None: ...

class Readings:
    """
    What one host said, never interpreted.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Readings:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        reader: str = "",
        taken_at: str = "",
        unreachable_because: str = "",
        files: collections.abc.Mapping[str, Answer] = {},
        links: collections.abc.Mapping[str, Answer] = {},
        listings: collections.abc.Mapping[str, Answer] = {},
        calls: collections.abc.Mapping[str, Answer] = {},
        documents: collections.abc.Mapping[str, str] = {},
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Readings: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def _repr_html_(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Readings:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def calls(self) -> dict[str, Answer]: ...
    @property
    def documents(self) -> dict[str, str]: ...
    @property
    def files(self) -> dict[str, Answer]: ...
    @property
    def host(self) -> str: ...
    @property
    def links(self) -> dict[str, Answer]: ...
    @property
    def listings(self) -> dict[str, Answer]: ...
    @property
    def reader(self) -> str: ...
    @property
    def taken_at(self) -> str: ...
    @property
    def unreachable_because(self) -> str: ...

class PathProbe:
    """
    One TCP connection that one host tried to another.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PathProbe:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        from_host: str = "",
        to_host: str = "",
        from_address: str = "",
        to_address: str = "",
        to_port: int = 0,
        is_connected: bool = False,
        round_trip_us: float | None = None,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> PathProbe: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PathProbe:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def from_address(self) -> str: ...
    @property
    def from_host(self) -> str: ...
    @property
    def is_connected(self) -> bool: ...
    @property
    def round_trip_us(self) -> float | None: ...
    @property
    def to_address(self) -> str: ...
    @property
    def to_host(self) -> str: ...
    @property
    def to_port(self) -> int: ...

class ShardText:
    """
    The header of one safetensors file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ShardText:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, name: str = "", size_bytes: int = 0, declared_header_bytes: int = 0, header: Answer = ...
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ShardText: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ShardText:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def declared_header_bytes(self) -> int: ...
    @property
    def header(self) -> Answer: ...
    @property
    def name(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...

class CheckpointText:
    """
    The small files of a checkpoint and the headers of its shards; no weights.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> CheckpointText:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, path: str = "", config: str = "", index: str = "", shards: collections.abc.Sequence[ShardText] = []
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> CheckpointText: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> CheckpointText:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def config(self) -> str: ...
    @property
    def index(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def shards(self) -> list[ShardText]: ...

class Recording:
    """
    Everything that was read for one deployment.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Recording:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        hosts: collections.abc.Sequence[Readings] = [],
        probes: collections.abc.Sequence[PathProbe] = [],
        checkpoint: CheckpointText | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Recording: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Recording:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def checkpoint(self) -> CheckpointText | None: ...
    @property
    def hosts(self) -> list[Readings]: ...
    @property
    def probes(self) -> list[PathProbe]: ...

class Scrubbed:
    """
    A recording without names and addresses, and what was replaced.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Scrubbed:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, recording: Recording = ..., replaced: collections.abc.Mapping[str, int] = {}) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Scrubbed: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Scrubbed:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def recording(self) -> Recording: ...
    @property
    def replaced(self) -> dict[str, int]: ...

class ImportedFiles:
    """
    Files that describe one machine, and symbolic links.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ImportedFiles:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, files: collections.abc.Mapping[str, str] = {}, links: collections.abc.Mapping[str, str] = {}
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ImportedFiles: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ImportedFiles:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def files(self) -> dict[str, str]: ...
    @property
    def links(self) -> dict[str, str]: ...

class Limit:
    """
    What a process may have of something: at most a value, or any amount.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Limit:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, value: int = 0, is_unlimited: bool = False) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Limit: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Limit:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def is_unlimited(self) -> bool: ...
    @property
    def value(self) -> int: ...

class CpuLimit:
    """
    How much time on its CPUs a control group may have.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> CpuLimit:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, cpus: float = 0.0, is_unlimited: bool = False) -> None: ...
    def __replace__(self, **changes: typing.Any) -> CpuLimit: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> CpuLimit:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def cpus(self) -> float: ...
    @property
    def is_unlimited(self) -> bool: ...

class PciKind(enum.Enum):
    """
    What a PCI function is, by its class and vendor.
    """

    bridge = ...
    gpu = ...
    network = ...
    nvme = ...
    nvswitch = ...
    other = ...
    pcie_switch = ...
    unknown = ...

class NicKind(enum.Enum):
    """
    What a network interface is.
    """

    bond = ...
    bridge = ...
    infiniband = ...
    loopback = ...
    physical = ...
    software = ...
    unknown = ...
    vlan = ...

class FabricState(enum.Enum):
    """
    How far a GPU has come with its registration with the NVLink fabric.
    """

    completed = ...
    in_progress = ...
    not_started = ...
    not_supported = ...
    unknown = ...

class PciLink:
    """
    What a PCIe link does, and what its device could do.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PciLink:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        speed_gts: float | None = None,
        width: int | None = None,
        max_speed_gts: float | None = None,
        max_width: int | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> PciLink: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PciLink:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def max_speed_gts(self) -> float | None: ...
    @property
    def max_width(self) -> int | None: ...
    @property
    def speed_gts(self) -> float | None: ...
    @property
    def width(self) -> int | None: ...

class PciDevice:
    """
    A PCI function that decides placement.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PciDevice:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        address: str = "",
        parent: str = "",
        kind: PciKind = ...,
        class_code: str = "",
        vendor_id: str = "",
        device_id: str = "",
        subsystem_vendor_id: str = "",
        subsystem_device_id: str = "",
        name: str = "",
        numa_node: int | None = None,
        local_cpus: str = "",
        driver: str = "",
        link: PciLink = ...,
        iommu_group: int | None = None,
        is_acs_redirecting: bool | None = None,
        physical_function: str = "",
        virtual_functions: int | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> PciDevice: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PciDevice:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def class_code(self) -> str: ...
    @property
    def device_id(self) -> str: ...
    @property
    def driver(self) -> str: ...
    @property
    def iommu_group(self) -> int | None: ...
    @property
    def is_acs_redirecting(self) -> bool | None: ...
    @property
    def kind(self) -> PciKind: ...
    @property
    def link(self) -> PciLink: ...
    @property
    def local_cpus(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def numa_node(self) -> int | None: ...
    @property
    def parent(self) -> str: ...
    @property
    def physical_function(self) -> str: ...
    @property
    def subsystem_device_id(self) -> str: ...
    @property
    def subsystem_vendor_id(self) -> str: ...
    @property
    def vendor_id(self) -> str: ...
    @property
    def virtual_functions(self) -> int | None: ...

class DevicePath:
    """
    How two devices of one machine reach each other.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> DevicePath:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        from_: str = "",
        to: str = "",
        path: str = "",
        nccl_path: str = "",
        nccl_bandwidth_gbytes_per_s: float | None = None,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> DevicePath: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> DevicePath:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def from_(self) -> str: ...
    @property
    def nccl_bandwidth_gbytes_per_s(self) -> float | None: ...
    @property
    def nccl_path(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def to(self) -> str: ...

class NvLink:
    """
    One NVLink of one GPU.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> NvLink:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        index: int = 0,
        is_active: bool = False,
        version: int | None = None,
        speed_mbps: int | None = None,
        remote: str = "",
        remote_pci_address: str = "",
        errors: collections.abc.Mapping[str, int] = {},
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> NvLink: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> NvLink:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def errors(self) -> dict[str, int]: ...
    @property
    def index(self) -> int: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def remote(self) -> str: ...
    @property
    def remote_pci_address(self) -> str: ...
    @property
    def speed_mbps(self) -> int | None: ...
    @property
    def version(self) -> int | None: ...

class GpuFabric:
    """
    What a GPU says of the NVLink fabric it belongs to.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> GpuFabric:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        state: FabricState = ...,
        status: str = "",
        cluster_uuid: str = "",
        clique_id: int | None = None,
        unhealthy: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> GpuFabric: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> GpuFabric:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def clique_id(self) -> int | None: ...
    @property
    def cluster_uuid(self) -> str: ...
    @property
    def state(self) -> FabricState: ...
    @property
    def status(self) -> str: ...
    @property
    def unhealthy(self) -> list[str]: ...

class GpuProcess:
    """
    A process that holds memory of a GPU.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> GpuProcess:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, pid: int = 0, name: str = "", memory_bytes: int | None = None) -> None: ...
    def __replace__(self, **changes: typing.Any) -> GpuProcess: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> GpuProcess:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def memory_bytes(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int: ...

class GpuPeer:
    """
    Whether one GPU may reach another's memory.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> GpuPeer:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, gpu: int = 0, ancestor: str = "", read: str = "", write: str = "", nvlink: str = "", atomics: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> GpuPeer: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> GpuPeer:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def ancestor(self) -> str: ...
    @property
    def atomics(self) -> str: ...
    @property
    def gpu(self) -> int: ...
    @property
    def nvlink(self) -> str: ...
    @property
    def read(self) -> str: ...
    @property
    def write(self) -> str: ...

class NearHca:
    """
    An HCA as one GPU sees it.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> NearHca:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        hca: str = "",
        path: str = "",
        nccl_path: str = "",
        uses_gpudirect: bool | None = None,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> NearHca: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> NearHca:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def hca(self) -> str: ...
    @property
    def nccl_path(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def uses_gpudirect(self) -> bool | None: ...

class Gpu:
    """
    A GPU.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Gpu:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        nvml_index: int = 0,
        uuid: str = "",
        name: str = "",
        serial: str = "",
        pci_address: str = "",
        memory_bytes: int | None = None,
        memory_free_bytes: int | None = None,
        memory_used_bytes: int | None = None,
        memory_reserved_bytes: int | None = None,
        bar1_bytes: int | None = None,
        compute_capability: str = "",
        numa_node: int | None = None,
        cpu_affinity: str = "",
        vbios_version: str = "",
        firmware_version: str = "",
        minor_number: int | None = None,
        is_device_openable: bool | None = None,
        is_mig_enabled: bool | None = None,
        is_mig_pending: bool | None = None,
        mig_devices: collections.abc.Sequence[str] = [],
        virtualization: str = "",
        is_ecc_enabled: bool | None = None,
        is_ecc_pending: bool | None = None,
        ecc_corrected: int | None = None,
        ecc_uncorrected: int | None = None,
        remapped_rows_corrected: int | None = None,
        remapped_rows_uncorrected: int | None = None,
        is_remap_pending: bool | None = None,
        has_remap_failed: bool | None = None,
        is_persistent: bool | None = None,
        compute_mode: str = "",
        power_w: float | None = None,
        power_limit_w: float | None = None,
        power_limit_default_w: float | None = None,
        temperature_c: int | None = None,
        sm_clock_mhz: int | None = None,
        sm_clock_max_mhz: int | None = None,
        memory_clock_mhz: int | None = None,
        memory_clock_max_mhz: int | None = None,
        throttle_reasons: collections.abc.Sequence[str] = [],
        link: PciLink = ...,
        nvlinks: collections.abc.Sequence[NvLink] = [],
        fabric: GpuFabric | None = None,
        peers: collections.abc.Sequence[GpuPeer] = [],
        processes: collections.abc.Sequence[GpuProcess] = [],
        hcas: collections.abc.Sequence[NearHca] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Gpu: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Gpu:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bar1_bytes(self) -> int | None: ...
    @property
    def compute_capability(self) -> str: ...
    @property
    def compute_mode(self) -> str: ...
    @property
    def cpu_affinity(self) -> str: ...
    @property
    def ecc_corrected(self) -> int | None: ...
    @property
    def ecc_uncorrected(self) -> int | None: ...
    @property
    def fabric(self) -> GpuFabric | None: ...
    @property
    def firmware_version(self) -> str: ...
    @property
    def has_remap_failed(self) -> bool | None: ...
    @property
    def hcas(self) -> list[NearHca]: ...
    @property
    def is_device_openable(self) -> bool | None: ...
    @property
    def is_ecc_enabled(self) -> bool | None: ...
    @property
    def is_ecc_pending(self) -> bool | None: ...
    @property
    def is_mig_enabled(self) -> bool | None: ...
    @property
    def is_mig_pending(self) -> bool | None: ...
    @property
    def is_persistent(self) -> bool | None: ...
    @property
    def is_remap_pending(self) -> bool | None: ...
    @property
    def link(self) -> PciLink: ...
    @property
    def memory_bytes(self) -> int | None: ...
    @property
    def memory_clock_max_mhz(self) -> int | None: ...
    @property
    def memory_clock_mhz(self) -> int | None: ...
    @property
    def memory_free_bytes(self) -> int | None: ...
    @property
    def memory_reserved_bytes(self) -> int | None: ...
    @property
    def memory_used_bytes(self) -> int | None: ...
    @property
    def mig_devices(self) -> list[str]: ...
    @property
    def minor_number(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def numa_node(self) -> int | None: ...
    @property
    def nvlinks(self) -> list[NvLink]: ...
    @property
    def nvml_index(self) -> int: ...
    @property
    def pci_address(self) -> str: ...
    @property
    def peers(self) -> list[GpuPeer]: ...
    @property
    def power_limit_default_w(self) -> float | None: ...
    @property
    def power_limit_w(self) -> float | None: ...
    @property
    def power_w(self) -> float | None: ...
    @property
    def processes(self) -> list[GpuProcess]: ...
    @property
    def remapped_rows_corrected(self) -> int | None: ...
    @property
    def remapped_rows_uncorrected(self) -> int | None: ...
    @property
    def serial(self) -> str: ...
    @property
    def sm_clock_max_mhz(self) -> int | None: ...
    @property
    def sm_clock_mhz(self) -> int | None: ...
    @property
    def temperature_c(self) -> int | None: ...
    @property
    def throttle_reasons(self) -> list[str]: ...
    @property
    def uuid(self) -> str: ...
    @property
    def vbios_version(self) -> str: ...
    @property
    def virtualization(self) -> str: ...

class Gid:
    """
    One address of an HCA port.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Gid:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, index: int = 0, gid: str = "", type: str = "", netdev: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> Gid: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Gid:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def gid(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def netdev(self) -> str: ...
    @property
    def type(self) -> str: ...

class LinkLayer(enum.Enum):
    """
    What an HCA port speaks.
    """

    ethernet = ...
    infiniband = ...
    unknown = ...

class HcaPortState(enum.Enum):
    """
    Logical state of an HCA port.
    """

    active = ...
    active_defer = ...
    armed = ...
    down = ...
    init = ...
    nop = ...
    unknown = ...

class HcaRole(enum.Enum):
    """
    What an HCA is for.
    """

    compute = ...
    down = ...
    management = ...
    storage = ...
    storage_or_management = ...
    unknown = ...

class HcaPort:
    """
    A port of an HCA.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HcaPort:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        number: int = 1,
        state: HcaPortState = ...,
        physical_state: str = "",
        link_layer: LinkLayer = ...,
        rate_gbps: float | None = None,
        rate_text: str = "",
        lid: int | None = None,
        sm_lid: int | None = None,
        netdev: str = "",
        active_mtu: int | None = None,
        gids: collections.abc.Sequence[Gid] = [],
        pkeys: collections.abc.Sequence[str] = [],
        counters: collections.abc.Mapping[str, int] = {},
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HcaPort: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HcaPort:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def active_mtu(self) -> int | None: ...
    @property
    def counters(self) -> dict[str, int]: ...
    @property
    def gids(self) -> list[Gid]: ...
    @property
    def lid(self) -> int | None: ...
    @property
    def link_layer(self) -> LinkLayer: ...
    @property
    def netdev(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def physical_state(self) -> str: ...
    @property
    def pkeys(self) -> list[str]: ...
    @property
    def rate_gbps(self) -> float | None: ...
    @property
    def rate_text(self) -> str: ...
    @property
    def sm_lid(self) -> int | None: ...
    @property
    def state(self) -> HcaPortState: ...

class Hca:
    """
    A host channel adapter: a verbs device, InfiniBand or RoCE.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Hca:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        pci_address: str = "",
        model: str = "",
        firmware_version: str = "",
        board_id: str = "",
        node_guid: str = "",
        system_image_guid: str = "",
        driver: str = "",
        numa_node: int | None = None,
        ports: collections.abc.Sequence[HcaPort] = [],
        is_usable: bool | None = None,
        unusable_because: str = "",
        is_dmabuf_supported: bool | None = None,
        role: HcaRole = ...,
        role_because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Hca: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Hca:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def board_id(self) -> str: ...
    @property
    def driver(self) -> str: ...
    @property
    def firmware_version(self) -> str: ...
    @property
    def is_dmabuf_supported(self) -> bool | None: ...
    @property
    def is_usable(self) -> bool | None: ...
    @property
    def model(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def node_guid(self) -> str: ...
    @property
    def numa_node(self) -> int | None: ...
    @property
    def pci_address(self) -> str: ...
    @property
    def ports(self) -> list[HcaPort]: ...
    @property
    def role(self) -> HcaRole: ...
    @property
    def role_because(self) -> str: ...
    @property
    def system_image_guid(self) -> str: ...
    @property
    def unusable_because(self) -> str: ...

class GpuDirectRdma:
    """
    What GPUDirect RDMA needs besides a short path.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> GpuDirectRdma:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        is_peermem_loaded: bool | None = None,
        can_peermem_register: bool | None = None,
        is_kernel_dmabuf_able: bool | None = None,
        is_driver_open: bool | None = None,
        is_gdrcopy_loaded: bool | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> GpuDirectRdma: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> GpuDirectRdma:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def can_peermem_register(self) -> bool | None: ...
    @property
    def is_driver_open(self) -> bool | None: ...
    @property
    def is_gdrcopy_loaded(self) -> bool | None: ...
    @property
    def is_kernel_dmabuf_able(self) -> bool | None: ...
    @property
    def is_peermem_loaded(self) -> bool | None: ...

class SoftwareBuild:
    """
    One copy of something that is installed.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SoftwareBuild:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", version: str = "", path: str = "", package: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> SoftwareBuild: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> SoftwareBuild:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def name(self) -> str: ...
    @property
    def package(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def version(self) -> str: ...

class Service:
    """
    A service of the host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Service:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, name: str = "", is_running: bool | None = None, version: str = "", because: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Service: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Service:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def is_running(self) -> bool | None: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...

class ContainerRuntime:
    """
    What a container engine would give a container.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ContainerRuntime:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        path: str = "",
        is_usable: bool | None = None,
        because: str = "",
        gives_gpus: bool = False,
        gpus_because: str = "",
        shm_bytes: int | None = None,
        memlock_bytes: Limit | None = None,
        memlock_because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ContainerRuntime: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ContainerRuntime:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def gives_gpus(self) -> bool: ...
    @property
    def gpus_because(self) -> str: ...
    @property
    def is_usable(self) -> bool | None: ...
    @property
    def memlock_because(self) -> str: ...
    @property
    def memlock_bytes(self) -> Limit | None: ...
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def shm_bytes(self) -> int | None: ...

class Firewall:
    """
    A packet filter that may be in the way.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Firewall:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", is_active: bool | None = None, because: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> Firewall: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Firewall:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def is_active(self) -> bool | None: ...
    @property
    def name(self) -> str: ...

class Hugepages:
    """
    Pages of one size that are set aside.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Hugepages:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, page_bytes: int = 0, total: int = 0, free: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Hugepages: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Hugepages:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def free(self) -> int: ...
    @property
    def page_bytes(self) -> int: ...
    @property
    def total(self) -> int: ...

class Gap:
    """
    Something that could not be seen; never a zero.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Gap:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, key: str = "", subject: str = "", because: str = "", remedy: str = "", code: ReasonCode | None = None
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Gap: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Gap:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def code(self) -> ReasonCode | None: ...
    @property
    def key(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def subject(self) -> str: ...

class Problem:
    """
    Something that was seen and is not as it should be.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Problem:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, id: str = "", severity: Severity = ..., subject: str = "", because: str = "", remedy: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Problem: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Problem:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def subject(self) -> str: ...

class NumaNode:
    """
    One memory node of a machine.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> NumaNode:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        id: int = 0,
        cpus: str = "",
        memory_bytes: int | None = None,
        distances: collections.abc.Sequence[int] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> NumaNode: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> NumaNode:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def cpus(self) -> str: ...
    @property
    def distances(self) -> list[int]: ...
    @property
    def id(self) -> int: ...
    @property
    def memory_bytes(self) -> int | None: ...

class Cpu:
    """
    The processors of a machine.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Cpu:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        model: str = "",
        sockets: int | None = None,
        cores: int | None = None,
        threads: int | None = None,
        flags: str = "",
        architecture: str = "",
        vendor: str = "",
        family_id: int | None = None,
        model_id: int | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Cpu: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Cpu:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def architecture(self) -> str: ...
    @property
    def cores(self) -> int | None: ...
    @property
    def family_id(self) -> int | None: ...
    @property
    def flags(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def model_id(self) -> int | None: ...
    @property
    def sockets(self) -> int | None: ...
    @property
    def threads(self) -> int | None: ...
    @property
    def vendor(self) -> str: ...

class NicAddress:
    """
    An address of a network interface.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> NicAddress:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, address: str = "", prefix_length: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> NicAddress: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> NicAddress:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def prefix_length(self) -> int: ...

class Nic:
    """
    A network interface.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Nic:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        kind: NicKind = ...,
        is_up: bool | None = None,
        speed_mbps: int | None = None,
        mtu: int | None = None,
        numa_node: int | None = None,
        mac: str = "",
        pci_address: str = "",
        master: str = "",
        lower: collections.abc.Sequence[str] = [],
        vlan_id: int | None = None,
        driver: str = "",
        addresses: collections.abc.Sequence[NicAddress] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Nic: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Nic:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def addresses(self) -> list[NicAddress]: ...
    @property
    def driver(self) -> str: ...
    @property
    def is_up(self) -> bool | None: ...
    @property
    def kind(self) -> NicKind: ...
    @property
    def lower(self) -> list[str]: ...
    @property
    def mac(self) -> str: ...
    @property
    def master(self) -> str: ...
    @property
    def mtu(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def numa_node(self) -> int | None: ...
    @property
    def pci_address(self) -> str: ...
    @property
    def speed_mbps(self) -> int | None: ...
    @property
    def vlan_id(self) -> int | None: ...

class Route:
    """
    Which way the kernel sends packets for one destination.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Route:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, destination: str = "", interface: str = "", source_address: str = "", gateway: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Route: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Route:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def destination(self) -> str: ...
    @property
    def gateway(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def source_address(self) -> str: ...

class Filesystem:
    """
    The file system that holds a path.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Filesystem:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        path: str = "",
        mount: str = "",
        device: str = "",
        type: str = "",
        total_bytes: int = 0,
        free_bytes: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Filesystem: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Filesystem:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def device(self) -> str: ...
    @property
    def free_bytes(self) -> int: ...
    @property
    def mount(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def total_bytes(self) -> int: ...
    @property
    def type(self) -> str: ...

class RouteEntry:
    """
    An entry of the kernel's routing tables.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RouteEntry:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        destination: str = "",
        interface: str = "",
        source_address: str = "",
        gateway: str = "",
        table: int = 254,
        metric: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RouteEntry: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RouteEntry:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def destination(self) -> str: ...
    @property
    def gateway(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def metric(self) -> int: ...
    @property
    def source_address(self) -> str: ...
    @property
    def table(self) -> int: ...

class RoutePolicy:
    """
    A rule that chooses a routing table.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RoutePolicy:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        priority: int = 0,
        family: str = "",
        source: str = "",
        destination: str = "",
        interface: str = "",
        table: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RoutePolicy: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RoutePolicy:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def destination(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def table(self) -> int: ...

class Limits:
    """
    Limits that engine processes inherit; None: not known.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Limits:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        memlock_bytes: Limit | None = None,
        open_files: Limit | None = None,
        processes: Limit | None = None,
        cgroup_memory_bytes: Limit | None = None,
        cgroup_cpus: CpuLimit | None = None,
        cgroup_cpuset: str = "",
        capabilities: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Limits: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Limits:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def capabilities(self) -> list[str]: ...
    @property
    def cgroup_cpus(self) -> CpuLimit | None: ...
    @property
    def cgroup_cpuset(self) -> str: ...
    @property
    def cgroup_memory_bytes(self) -> Limit | None: ...
    @property
    def memlock_bytes(self) -> Limit | None: ...
    @property
    def open_files(self) -> Limit | None: ...
    @property
    def processes(self) -> Limit | None: ...

class EngineEnvironment:
    """
    A Python environment that holds an engine.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EngineEnvironment:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, python: str = "", python_version: str = "", packages: collections.abc.Mapping[str, str] = {}
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> EngineEnvironment: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> EngineEnvironment:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def packages(self) -> dict[str, str]: ...
    @property
    def python(self) -> str: ...
    @property
    def python_version(self) -> str: ...

class ShardDigest:
    """
    What one shard of a checkpoint on a host is.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ShardDigest:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", size_bytes: int = 0, header_sha256: str = "", because: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> ShardDigest: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ShardDigest:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def header_sha256(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...

class CheckpointDigest:
    """
    What a checkpoint folder on a host is.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> CheckpointDigest:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        path: str = "",
        config_sha256: str = "",
        index_sha256: str = "",
        shards: collections.abc.Sequence[ShardDigest] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> CheckpointDigest: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> CheckpointDigest:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def config_sha256(self) -> str: ...
    @property
    def index_sha256(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def shards(self) -> list[ShardDigest]: ...

class NameResolution:
    """
    What a name resolves to on a machine.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> NameResolution:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", addresses: collections.abc.Sequence[str] = [], because: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> NameResolution: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> NameResolution:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def addresses(self) -> list[str]: ...
    @property
    def because(self) -> str: ...
    @property
    def name(self) -> str: ...

class PortState:
    """
    A TCP port that was tried by binding it.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PortState:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, address: str = "", port: int = 0, is_free: bool = False, because: str = "", holder: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> PortState: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PortState:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def because(self) -> str: ...
    @property
    def holder(self) -> str: ...
    @property
    def is_free(self) -> bool: ...
    @property
    def port(self) -> int: ...

class Machine:
    """
    What one host's Readings mean.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Machine:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        unreachable_because: str = "",
        sources: collections.abc.Sequence[str] = [],
        hostname: str = "",
        operating_system: str = "",
        kernel: str = "",
        boot_id: str = "",
        container: str = "",
        cpu: Cpu = ...,
        numa_nodes: collections.abc.Sequence[NumaNode] = [],
        memory_bytes: int | None = None,
        memory_available_bytes: int | None = None,
        hugepages: collections.abc.Sequence[Hugepages] = [],
        nics: collections.abc.Sequence[Nic] = [],
        routes: collections.abc.Sequence[Route] = [],
        route_entries: collections.abc.Sequence[RouteEntry] = [],
        route_policies: collections.abc.Sequence[RoutePolicy] = [],
        firewalls: collections.abc.Sequence[Firewall] = [],
        filesystems: collections.abc.Sequence[Filesystem] = [],
        gpu_driver_version: str = "",
        cuda_driver_version: str = "",
        pci_devices: collections.abc.Sequence[PciDevice] = [],
        gpus: collections.abc.Sequence[Gpu] = [],
        visible_gpus: str = "",
        hcas: collections.abc.Sequence[Hca] = [],
        gpudirect: GpuDirectRdma = ...,
        device_paths: collections.abc.Sequence[DevicePath] = [],
        limits: Limits = ...,
        services: collections.abc.Sequence[Service] = [],
        software: collections.abc.Sequence[SoftwareBuild] = [],
        container_runtimes: collections.abc.Sequence[ContainerRuntime] = [],
        engine: EngineEnvironment | None = None,
        checkpoint: CheckpointDigest | None = None,
        names: collections.abc.Sequence[NameResolution] = [],
        ports: collections.abc.Sequence[PortState] = [],
        clock_offset_s: float | None = None,
        clock_uncertainty_s: float | None = None,
        problems: collections.abc.Sequence[Problem] = [],
        gaps: collections.abc.Sequence[Gap] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Machine: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def _repr_svg_(self) -> str: ...
    def is_reached(self) -> bool: ...
    def replace(self, **changes: typing.Any) -> Machine:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def boot_id(self) -> str: ...
    @property
    def checkpoint(self) -> CheckpointDigest | None: ...
    @property
    def clock_offset_s(self) -> float | None: ...
    @property
    def clock_uncertainty_s(self) -> float | None: ...
    @property
    def container(self) -> str: ...
    @property
    def container_runtimes(self) -> list[ContainerRuntime]: ...
    @property
    def cpu(self) -> Cpu: ...
    @property
    def cuda_driver_version(self) -> str: ...
    @property
    def device_paths(self) -> list[DevicePath]: ...
    @property
    def engine(self) -> EngineEnvironment | None: ...
    @property
    def filesystems(self) -> list[Filesystem]: ...
    @property
    def firewalls(self) -> list[Firewall]: ...
    @property
    def gaps(self) -> list[Gap]: ...
    @property
    def gpu_driver_version(self) -> str: ...
    @property
    def gpudirect(self) -> GpuDirectRdma: ...
    @property
    def gpus(self) -> list[Gpu]: ...
    @property
    def hcas(self) -> list[Hca]: ...
    @property
    def host(self) -> str: ...
    @property
    def hostname(self) -> str: ...
    @property
    def hugepages(self) -> list[Hugepages]: ...
    @property
    def kernel(self) -> str: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def memory_available_bytes(self) -> int | None: ...
    @property
    def memory_bytes(self) -> int | None: ...
    @property
    def names(self) -> list[NameResolution]: ...
    @property
    def nics(self) -> list[Nic]: ...
    @property
    def numa_nodes(self) -> list[NumaNode]: ...
    @property
    def operating_system(self) -> str: ...
    @property
    def pci_devices(self) -> list[PciDevice]: ...
    @property
    def ports(self) -> list[PortState]: ...
    @property
    def problems(self) -> list[Problem]: ...
    @property
    def route_entries(self) -> list[RouteEntry]: ...
    @property
    def route_policies(self) -> list[RoutePolicy]: ...
    @property
    def routes(self) -> list[Route]: ...
    @property
    def services(self) -> list[Service]: ...
    @property
    def software(self) -> list[SoftwareBuild]: ...
    @property
    def sources(self) -> list[str]: ...
    @property
    def unreachable_because(self) -> str: ...
    @property
    def visible_gpus(self) -> str: ...

class HostPath:
    """
    A measured way from one host to another.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostPath:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        from_: str = "",
        to: str = "",
        interface: str = "",
        from_address: str = "",
        to_address: str = "",
        is_connected: bool = False,
        round_trip_us: float | None = None,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostPath: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HostPath:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def from_(self) -> str: ...
    @property
    def from_address(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def is_connected(self) -> bool: ...
    @property
    def round_trip_us(self) -> float | None: ...
    @property
    def to(self) -> str: ...
    @property
    def to_address(self) -> str: ...

class RailPort:
    """
    An HCA port as part of a rail.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RailPort:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, host: str = "", hca: str = "", port: int = 1) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RailPort: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RailPort:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def hca(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...

class Rail:
    """
    HCA ports of several hosts that face each other.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Rail:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        index: int = 0,
        ports: collections.abc.Sequence[RailPort] = [],
        link_layer: LinkLayer = ...,
        rate_gbps: float | None = None,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Rail: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Rail:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def link_layer(self) -> LinkLayer: ...
    @property
    def ports(self) -> list[RailPort]: ...
    @property
    def rate_gbps(self) -> float | None: ...

class Difference:
    """
    What the machines of a cluster do not have in common.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Difference:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, subject: str = "", values: collections.abc.Mapping[str, str] = {}) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Difference: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Difference:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def subject(self) -> str: ...
    @property
    def values(self) -> dict[str, str]: ...

class Cluster:
    """
    Machines together, and how they reach each other.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Cluster:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        machines: collections.abc.Sequence[Machine] = [],
        paths: collections.abc.Sequence[HostPath] = [],
        rails: collections.abc.Sequence[Rail] = [],
        differences: collections.abc.Sequence[Difference] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Cluster: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def find(self, host: str) -> Machine | None:
        """
        None where there is no such host.
        """
    def replace(self, **changes: typing.Any) -> Cluster:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def differences(self) -> list[Difference]: ...
    @property
    def machines(self) -> list[Machine]: ...
    @property
    def paths(self) -> list[HostPath]: ...
    @property
    def rails(self) -> list[Rail]: ...

class Change:
    """
    One thing that differs between two recordings of the same machines.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Change:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, host: str = "", subject: str = "", sentence: str = "", is_worse: bool = False) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Change: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Change:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def host(self) -> str: ...
    @property
    def is_worse(self) -> bool: ...
    @property
    def sentence(self) -> str: ...
    @property
    def subject(self) -> str: ...

class Tensor:
    """
    One tensor of a safetensors file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Tensor:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        dtype: str = "",
        shape: collections.abc.Sequence[int] = [],
        offset_bytes: int = 0,
        size_bytes: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Tensor: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Tensor:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def dtype(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def offset_bytes(self) -> int: ...
    @property
    def shape(self) -> list[int]: ...
    @property
    def size_bytes(self) -> int: ...

class LatentAttention:
    """
    Multi-head latent attention (DeepSeek-V2 and later).
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> LatentAttention:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        q_lora_rank: int = 0,
        kv_lora_rank: int = 0,
        qk_nope_head_dim: int = 0,
        qk_rope_head_dim: int = 0,
        v_head_dim: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> LatentAttention: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> LatentAttention:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def kv_lora_rank(self) -> int: ...
    @property
    def q_lora_rank(self) -> int: ...
    @property
    def qk_nope_head_dim(self) -> int: ...
    @property
    def qk_rope_head_dim(self) -> int: ...
    @property
    def v_head_dim(self) -> int: ...

class Experts:
    """
    The experts of a mixture-of-experts model.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Experts:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        routed: int = 0,
        shared: int = 0,
        per_token: int = 0,
        intermediate_size: int = 0,
        first_dense_layers: int = 0,
        shared_intermediate_size: int = 0,
        later_dense_layers: collections.abc.Sequence[int] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Experts: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Experts:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def first_dense_layers(self) -> int: ...
    @property
    def intermediate_size(self) -> int: ...
    @property
    def later_dense_layers(self) -> list[int]: ...
    @property
    def per_token(self) -> int: ...
    @property
    def routed(self) -> int: ...
    @property
    def shared(self) -> int: ...
    @property
    def shared_intermediate_size(self) -> int: ...

class Quantization:
    """
    How the weights are quantised.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Quantization:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        method: str = "",
        block: collections.abc.Sequence[int] = [],
        format: str = "",
        bits: int = 0,
        group_size: int = 0,
        has_zero_points: bool = False,
        has_activation_order: bool = False,
        has_weight_order: bool = False,
        activations: str = "",
        kv_cache: str = "",
        ignored: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Quantization: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Quantization:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def activations(self) -> str: ...
    @property
    def bits(self) -> int: ...
    @property
    def block(self) -> list[int]: ...
    @property
    def format(self) -> str: ...
    @property
    def group_size(self) -> int: ...
    @property
    def has_activation_order(self) -> bool: ...
    @property
    def has_weight_order(self) -> bool: ...
    @property
    def has_zero_points(self) -> bool: ...
    @property
    def ignored(self) -> list[str]: ...
    @property
    def kv_cache(self) -> str: ...
    @property
    def method(self) -> str: ...

class ModelConfig:
    """
    The shape of a model: config.json, read strictly.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ModelConfig:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        architecture: str = "",
        model_type: str = "",
        dtype: str = "",
        hidden_size: int = 0,
        intermediate_size: int = 0,
        layers: int = 0,
        attention_heads: int = 0,
        kv_heads: int = 0,
        head_dim: int = 0,
        vocabulary_size: int = 0,
        max_position: int = 0,
        next_token_layers: int = 0,
        ties_embeddings: bool = False,
        has_remote_code: bool = False,
        latent_attention: LatentAttention | None = None,
        experts: Experts | None = None,
        quantization: Quantization | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ModelConfig: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ModelConfig:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def architecture(self) -> str: ...
    @property
    def attention_heads(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def experts(self) -> Experts | None: ...
    @property
    def has_remote_code(self) -> bool: ...
    @property
    def head_dim(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def intermediate_size(self) -> int: ...
    @property
    def kv_heads(self) -> int: ...
    @property
    def latent_attention(self) -> LatentAttention | None: ...
    @property
    def layers(self) -> int: ...
    @property
    def max_position(self) -> int: ...
    @property
    def model_type(self) -> str: ...
    @property
    def next_token_layers(self) -> int: ...
    @property
    def quantization(self) -> Quantization | None: ...
    @property
    def ties_embeddings(self) -> bool: ...
    @property
    def vocabulary_size(self) -> int: ...

class ShardFile:
    """
    One safetensors file of a checkpoint.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ShardFile:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        size_bytes: int = 0,
        header_bytes: int = 0,
        tensors: collections.abc.Sequence[Tensor] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ShardFile: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ShardFile:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def header_bytes(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def tensors(self) -> list[Tensor]: ...

class Checkpoint:
    """
    A model on disk, without its weights.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Checkpoint:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        path: str = "",
        config: ModelConfig = ...,
        files: collections.abc.Sequence[ShardFile] = [],
        warnings: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Checkpoint: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Checkpoint:
        """
        A copy with other values for the fields that are named.
        """
    def tensor_bytes(self) -> int: ...
    def tensor_count(self) -> int: ...
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def config(self) -> ModelConfig: ...
    @property
    def files(self) -> list[ShardFile]: ...
    @property
    def path(self) -> str: ...
    @property
    def warnings(self) -> list[str]: ...

class TensorSum:
    """
    Tensors that have something in common, added up.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> TensorSum:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", tensors: int = 0, parameters: int = 0, bytes: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> TensorSum: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> TensorSum:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bytes(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> int: ...
    @property
    def tensors(self) -> int: ...

class LayerSum:
    """
    Layers next to each other that are alike.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> LayerSum:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, first: int = 0, last: int = 0, kind: str = "", tensors: int = 0, parameters: int = 0, bytes: int = 0
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> LayerSum: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> LayerSum:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bytes(self) -> int: ...
    @property
    def first(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def last(self) -> int: ...
    @property
    def parameters(self) -> int: ...
    @property
    def tensors(self) -> int: ...

class CheckpointSummary:
    """
    What a checkpoint is, without its tensors.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> CheckpointSummary:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        path: str = "",
        architecture: str = "",
        quantization: str = "",
        files: int = 0,
        tensors: int = 0,
        parameters: int = 0,
        next_token_parameters: int = 0,
        bytes: int = 0,
        by_dtype: collections.abc.Sequence[TensorSum] = [],
        by_kind: collections.abc.Sequence[TensorSum] = [],
        layers: collections.abc.Sequence[LayerSum] = [],
        warnings: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> CheckpointSummary: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> CheckpointSummary:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def architecture(self) -> str: ...
    @property
    def by_dtype(self) -> list[TensorSum]: ...
    @property
    def by_kind(self) -> list[TensorSum]: ...
    @property
    def bytes(self) -> int: ...
    @property
    def files(self) -> int: ...
    @property
    def layers(self) -> list[LayerSum]: ...
    @property
    def next_token_parameters(self) -> int: ...
    @property
    def parameters(self) -> int: ...
    @property
    def path(self) -> str: ...
    @property
    def quantization(self) -> str: ...
    @property
    def tensors(self) -> int: ...
    @property
    def warnings(self) -> list[str]: ...

class SliceRule(enum.Enum):
    """
    How one tensor is divided over a tensor-parallel group.
    """

    columns = ...
    kv_columns = ...
    kv_rows = ...
    replicate = ...
    rows = ...
    vocabulary = ...

class ExpertPlacement(enum.Enum):
    """
    Which experts a rank has under expert parallelism.
    """

    linear = ...
    round_robin = ...

class Cast(enum.Enum):
    """
    What an engine makes of a tensor's elements while it loads them.
    """

    none = ...
    to_bfloat16 = ...
    to_float16 = ...
    to_float32 = ...

class Loading:
    """
    What of the engine, besides the layout, decides which bytes its ranks read.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Loading:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        engine: str = "",
        dtype: str = "",
        drafts_next_tokens: bool = False,
        expert_placement: ExpertPlacement = ...,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Loading: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Loading:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def drafts_next_tokens(self) -> bool: ...
    @property
    def dtype(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def expert_placement(self) -> ExpertPlacement: ...

class GroupRank:
    """
    Where a rank stands in the groups that divide tensors.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> GroupRank:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        tensor_rank: int = 0,
        tensor_parallel: int = 1,
        data_rank: int = 0,
        data_parallel: int = 1,
        is_expert_parallel: bool = False,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> GroupRank: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> GroupRank:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def data_parallel(self) -> int: ...
    @property
    def data_rank(self) -> int: ...
    @property
    def is_expert_parallel(self) -> bool: ...
    @property
    def tensor_parallel(self) -> int: ...
    @property
    def tensor_rank(self) -> int: ...

class TensorPlace:
    """
    Where a tensor belongs in a pipeline.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> TensorPlace:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        layer: int | None = None,
        is_on_first_stage: bool = False,
        is_on_last_stage: bool = False,
        is_skipped: bool = False,
        rule: SliceRule = ...,
        is_on_every_stage: bool = False,
        expert: int | None = None,
        is_float32: bool = False,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> TensorPlace: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> TensorPlace:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def expert(self) -> int | None: ...
    @property
    def is_float32(self) -> bool: ...
    @property
    def is_on_every_stage(self) -> bool: ...
    @property
    def is_on_first_stage(self) -> bool: ...
    @property
    def is_on_last_stage(self) -> bool: ...
    @property
    def is_skipped(self) -> bool: ...
    @property
    def layer(self) -> int | None: ...
    @property
    def rule(self) -> SliceRule: ...

class Slice:
    """
    One contiguous or regularly strided piece of a file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Slice:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        file: int = 0,
        tensor: int = 0,
        offset_bytes: int = 0,
        rows: int = 0,
        run_bytes: int = 0,
        stride_bytes: int = 0,
        padding_rows: int = 0,
        replicas: int = 1,
        cast: Cast = ...,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Slice: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def bytes(self) -> int: ...
    def replace(self, **changes: typing.Any) -> Slice:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def cast(self) -> Cast: ...
    @property
    def file(self) -> int: ...
    @property
    def offset_bytes(self) -> int: ...
    @property
    def padding_rows(self) -> int: ...
    @property
    def replicas(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def run_bytes(self) -> int: ...
    @property
    def stride_bytes(self) -> int: ...
    @property
    def tensor(self) -> int: ...

class EngineRunner(enum.Enum):
    """
    The part of an engine that runs the model.
    """

    sglang = ...
    v0 = ...
    v1 = ...
    v2 = ...

class Engine:
    """
    The engine that a deployment runs, with its options.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Engine:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        version: Version | None = None,
        runner: EngineRunner = ...,
        dtype: str = "",
        is_dtype_lowered: bool = False,
        kv_cache_dtype: str = "",
        gpu_memory_utilization: float = 0.9,
        kv_cache_bytes: int | None = None,
        max_model_len: int = 0,
        max_batched_tokens: int = 0,
        max_sequences: int = 0,
        block_size: int = 16,
        swap_space_bytes: int = 0,
        speculative_tokens: int = 0,
        expert_placement: ExpertPlacement = ...,
        has_latent_cache: bool = False,
        is_custom_all_reduce: bool = True,
        are_graphs_in_budget: bool = False,
        is_eager: bool = False,
        has_dummy_weights: bool = False,
        because: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Engine: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def loading(self) -> Loading:
        """
        What decides which bytes of a checkpoint its ranks read.
        """
    def replace(self, **changes: typing.Any) -> Engine:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def are_graphs_in_budget(self) -> bool: ...
    @property
    def because(self) -> list[str]: ...
    @property
    def block_size(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def expert_placement(self) -> ExpertPlacement: ...
    @property
    def gpu_memory_utilization(self) -> float: ...
    @property
    def has_dummy_weights(self) -> bool: ...
    @property
    def has_latent_cache(self) -> bool: ...
    @property
    def is_custom_all_reduce(self) -> bool: ...
    @property
    def is_dtype_lowered(self) -> bool: ...
    @property
    def is_eager(self) -> bool: ...
    @property
    def kv_cache_bytes(self) -> int | None: ...
    @property
    def kv_cache_dtype(self) -> str: ...
    @property
    def max_batched_tokens(self) -> int: ...
    @property
    def max_model_len(self) -> int: ...
    @property
    def max_sequences(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def runner(self) -> EngineRunner: ...
    @property
    def speculative_tokens(self) -> int: ...
    @property
    def swap_space_bytes(self) -> int: ...
    @property
    def version(self) -> Version | None: ...

class Workload:
    """
    A steady load: so many requests at a time, each of so many tokens.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Workload:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, concurrency: int = 1, prompt_tokens: int = 128, output_tokens: int = 256, distinct_requests: int = 0
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Workload: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Workload:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def concurrency(self) -> int: ...
    @property
    def distinct_requests(self) -> int: ...
    @property
    def output_tokens(self) -> int: ...
    @property
    def prompt_tokens(self) -> int: ...

class RankPlacement:
    """
    One rank: where it runs and what it holds.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RankPlacement:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        rank: int = 0,
        tensor_rank: int = 0,
        pipeline_rank: int = 0,
        data_rank: int = 0,
        host: str = "",
        gpu: int | None = None,
        first_layer: int = 0,
        layer_count: int = 0,
        weight_bytes: int = 0,
        kv_bytes_per_token: int = 0,
        memory_bytes: int | None = None,
        kv_tokens: WholeInterval | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RankPlacement: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RankPlacement:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def data_rank(self) -> int: ...
    @property
    def first_layer(self) -> int: ...
    @property
    def gpu(self) -> int | None: ...
    @property
    def host(self) -> str: ...
    @property
    def kv_bytes_per_token(self) -> int: ...
    @property
    def kv_tokens(self) -> WholeInterval | None: ...
    @property
    def layer_count(self) -> int: ...
    @property
    def memory_bytes(self) -> int | None: ...
    @property
    def pipeline_rank(self) -> int: ...
    @property
    def rank(self) -> int: ...
    @property
    def tensor_rank(self) -> int: ...
    @property
    def weight_bytes(self) -> int: ...

class Layout:
    """
    A way to spread the model over the machines.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Layout:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        tensor_parallel: int = 1,
        pipeline_parallel: int = 1,
        data_parallel: int = 1,
        is_expert_parallel: bool = False,
        decode_context_parallel: int = 1,
        layers_per_stage: collections.abc.Sequence[int] = [],
        is_engine_default_partition: bool = True,
        engine: Engine = ...,
        ranks: collections.abc.Sequence[RankPlacement] = [],
        kv_tokens: WholeInterval | None = None,
        longest_request_tokens: int | None = None,
        limiting_rank: int | None = None,
        workload: Workload | None = None,
        ttft_ms: Interval | None = None,
        tpot_ms: Interval | None = None,
        output_tokens_per_s: Interval | None = None,
        is_pareto: bool = False,
        notes: collections.abc.Sequence[str] = [],
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Layout: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def _repr_html_(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Layout:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    def world_size(self) -> int: ...
    @property
    def because(self) -> str: ...
    @property
    def data_parallel(self) -> int: ...
    @property
    def decode_context_parallel(self) -> int: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def is_engine_default_partition(self) -> bool: ...
    @property
    def is_expert_parallel(self) -> bool: ...
    @property
    def is_pareto(self) -> bool: ...
    @property
    def kv_tokens(self) -> WholeInterval | None: ...
    @property
    def layers_per_stage(self) -> list[int]: ...
    @property
    def limiting_rank(self) -> int | None: ...
    @property
    def longest_request_tokens(self) -> int | None: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def output_tokens_per_s(self) -> Interval | None: ...
    @property
    def pipeline_parallel(self) -> int: ...
    @property
    def ranks(self) -> list[RankPlacement]: ...
    @property
    def tensor_parallel(self) -> int: ...
    @property
    def tpot_ms(self) -> Interval | None: ...
    @property
    def ttft_ms(self) -> Interval | None: ...
    @property
    def workload(self) -> Workload | None: ...

class RejectedLayout:
    """
    A layout that cannot be, because ...
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RejectedLayout:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        tensor_parallel: int = 1,
        pipeline_parallel: int = 1,
        because: str = "",
        brief: str = "",
        count: int = 1,
        sizes: str = "",
        is_unasked: bool = False,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RejectedLayout: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RejectedLayout:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def brief(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def is_unasked(self) -> bool: ...
    @property
    def pipeline_parallel(self) -> int: ...
    @property
    def sizes(self) -> str: ...
    @property
    def tensor_parallel(self) -> int: ...

class Plan:
    """
    The layouts that these machines and this model allow, best first.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Plan:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        engine: Engine = ...,
        goal: Goal = ...,
        layouts: collections.abc.Sequence[Layout] = [],
        unlisted: int = 0,
        rejected: collections.abc.Sequence[RejectedLayout] = [],
        suggestions: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Plan: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Plan:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def engine(self) -> Engine: ...
    @property
    def goal(self) -> Goal: ...
    @property
    def layouts(self) -> list[Layout]: ...
    @property
    def rejected(self) -> list[RejectedLayout]: ...
    @property
    def suggestions(self) -> list[str]: ...
    @property
    def unlisted(self) -> int: ...

class PlanOptions:
    """
    How many layouts a plan lists.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PlanOptions:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, limit: int = 16) -> None: ...
    def __replace__(self, **changes: typing.Any) -> PlanOptions: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PlanOptions:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def limit(self) -> int: ...

class SlicePattern:
    """
    How tensors of one kind, shape and dtype are divided.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SlicePattern:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, slices: collections.abc.Sequence[Slice] = []) -> None: ...
    def __replace__(self, **changes: typing.Any) -> SlicePattern: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> SlicePattern:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def slices(self) -> list[Slice]: ...

class PlannedTensor:
    """
    A tensor that the ranks of a stage read.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> PlannedTensor:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, file: int = 0, tensor: int = 0, offset_bytes: int = 0, pattern: int = 0, only_holder: int = -1
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> PlannedTensor: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> PlannedTensor:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def file(self) -> int: ...
    @property
    def offset_bytes(self) -> int: ...
    @property
    def only_holder(self) -> int: ...
    @property
    def pattern(self) -> int: ...
    @property
    def tensor(self) -> int: ...

class StageShards:
    """
    What the ranks of one pipeline stage read.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> StageShards:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, tensors: collections.abc.Sequence[PlannedTensor] = []) -> None: ...
    def __replace__(self, **changes: typing.Any) -> StageShards: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> StageShards:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def tensors(self) -> list[PlannedTensor]: ...

class RankShards:
    """
    How much of the checkpoint one rank needs.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RankShards:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        rank: int = 0,
        stage: int = 0,
        group_rank: int = 0,
        slice_count: int = 0,
        bytes: int = 0,
        memory_bytes: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RankShards: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RankShards:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bytes(self) -> int: ...
    @property
    def group_rank(self) -> int: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def rank(self) -> int: ...
    @property
    def slice_count(self) -> int: ...
    @property
    def stage(self) -> int: ...

class FileShare:
    """
    Bytes of one file that a host needs.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> FileShare:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, file: str = "", bytes: int = 0, file_bytes: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> FileShare: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> FileShare:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bytes(self) -> int: ...
    @property
    def file(self) -> str: ...
    @property
    def file_bytes(self) -> int: ...

class HostShards:
    """
    What a host needs of each file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostShards:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, host: str = "", files: collections.abc.Sequence[FileShare] = [], bytes: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostShards: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HostShards:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bytes(self) -> int: ...
    @property
    def files(self) -> list[FileShare]: ...
    @property
    def host(self) -> str: ...

class SliceTable:
    """
    The slices of one rank, in one block of memory.
    """
    def __len__(self) -> int: ...

class ShardPlan:
    """
    Which bytes of the checkpoint go where.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ShardPlan:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        files: collections.abc.Sequence[str] = [],
        patterns: collections.abc.Sequence[SlicePattern] = [],
        stages: collections.abc.Sequence[StageShards] = [],
        ranks: collections.abc.Sequence[RankShards] = [],
        hosts: collections.abc.Sequence[HostShards] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ShardPlan: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ShardPlan:
        """
        A copy with other values for the fields that are named.
        """
    def slice_table(self, index: int) -> SliceTable:
        """
        The slices of ranks[index] as one block of memory, for numpy and others that know the buffer protocol.
        """
    def slices(self, index: int) -> collections.abc.Iterator[Slice]:
        """
        The slices of ranks[index], made as they are walked.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    def to_numpy(self, index: int) -> typing.Any:
        """
        The slices of ranks[index] as a structured array, without a copy; needs numpy.
        """
    @property
    def files(self) -> list[str]: ...
    @property
    def hosts(self) -> list[HostShards]: ...
    @property
    def patterns(self) -> list[SlicePattern]: ...
    @property
    def ranks(self) -> list[RankShards]: ...
    @property
    def stages(self) -> list[StageShards]: ...

class MemoryTerm:
    """
    One thing that takes memory of a rank.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> MemoryTerm:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, name: str = "", bytes: WholeInterval = ..., is_in_budget: bool = True, because: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> MemoryTerm: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> MemoryTerm:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def bytes(self) -> WholeInterval: ...
    @property
    def is_in_budget(self) -> bool: ...
    @property
    def name(self) -> str: ...

class RankMemory:
    """
    What a rank will hold.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RankMemory:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        rank: int = 0,
        device_bytes: int = 0,
        budget_bytes: int = 0,
        terms: collections.abc.Sequence[MemoryTerm] = [],
        kv_cache_bytes: WholeInterval = ...,
        kv_tokens: WholeInterval = ...,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RankMemory: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RankMemory:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def budget_bytes(self) -> int: ...
    @property
    def device_bytes(self) -> int: ...
    @property
    def kv_cache_bytes(self) -> WholeInterval: ...
    @property
    def kv_tokens(self) -> WholeInterval: ...
    @property
    def rank(self) -> int: ...
    @property
    def terms(self) -> list[MemoryTerm]: ...

class HostLoad:
    """
    What loading takes of a host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostLoad:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        read_bytes: int = 0,
        host_memory_bytes: WholeInterval = ...,
        load_s: Interval = ...,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostLoad: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HostLoad:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def host_memory_bytes(self) -> WholeInterval: ...
    @property
    def load_s(self) -> Interval: ...
    @property
    def read_bytes(self) -> int: ...

class RankCalibration:
    """
    What an engine said of one rank, or a rehearsal measured.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RankCalibration:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        rank: int = 0,
        weights_bytes: int | None = None,
        non_torch_bytes: int | None = None,
        activation_bytes: int | None = None,
        graph_bytes: int | None = None,
        kv_cache_bytes: int | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RankCalibration: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RankCalibration:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def activation_bytes(self) -> int | None: ...
    @property
    def graph_bytes(self) -> int | None: ...
    @property
    def kv_cache_bytes(self) -> int | None: ...
    @property
    def non_torch_bytes(self) -> int | None: ...
    @property
    def rank(self) -> int: ...
    @property
    def weights_bytes(self) -> int | None: ...

class Calibration:
    """
    Measured values that take the place of estimates.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Calibration:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, source: str = "", ranks: collections.abc.Sequence[RankCalibration] = [], kv_tokens: int | None = None
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Calibration: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Calibration:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def kv_tokens(self) -> int | None: ...
    @property
    def ranks(self) -> list[RankCalibration]: ...
    @property
    def source(self) -> str: ...

class MemoryForecast:
    """
    All of a layout's memory, term by term.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> MemoryForecast:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        ranks: collections.abc.Sequence[RankMemory] = [],
        limiting_rank: int = 0,
        kv_tokens: WholeInterval = ...,
        longest_request_tokens: WholeInterval = ...,
        context_tokens: int = 0,
        concurrency: Interval = ...,
        hosts: collections.abc.Sequence[HostLoad] = [],
        warnings: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> MemoryForecast: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> MemoryForecast:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def concurrency(self) -> Interval: ...
    @property
    def context_tokens(self) -> int: ...
    @property
    def hosts(self) -> list[HostLoad]: ...
    @property
    def kv_tokens(self) -> WholeInterval: ...
    @property
    def limiting_rank(self) -> int: ...
    @property
    def longest_request_tokens(self) -> WholeInterval: ...
    @property
    def ranks(self) -> list[RankMemory]: ...
    @property
    def warnings(self) -> list[str]: ...

class SpeedTerm:
    """
    One part of the time of a step.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SpeedTerm:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", ms: Interval = ..., because: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> SpeedTerm: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> SpeedTerm:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def ms(self) -> Interval: ...
    @property
    def name(self) -> str: ...

class SpeedPoint:
    """
    How fast a layout serves one kind of load.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SpeedPoint:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        workload: Workload = ...,
        ttft_ms: Interval = ...,
        tpot_ms: Interval = ...,
        output_tokens_per_s: Interval = ...,
        decode_step: collections.abc.Sequence[SpeedTerm] = [],
        prefill: collections.abc.Sequence[SpeedTerm] = [],
        bound_by: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> SpeedPoint: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> SpeedPoint:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bound_by(self) -> str: ...
    @property
    def decode_step(self) -> list[SpeedTerm]: ...
    @property
    def output_tokens_per_s(self) -> Interval: ...
    @property
    def prefill(self) -> list[SpeedTerm]: ...
    @property
    def tpot_ms(self) -> Interval: ...
    @property
    def ttft_ms(self) -> Interval: ...
    @property
    def workload(self) -> Workload: ...

class LinkTraffic:
    """
    What crosses one kind of link for each token.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> LinkTraffic:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        link: str = "",
        decode_bytes_per_token: float = 0.0,
        decode_messages_per_token: float = 0.0,
        prefill_bytes_per_token: float = 0.0,
        because: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> LinkTraffic: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> LinkTraffic:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def decode_bytes_per_token(self) -> float: ...
    @property
    def decode_messages_per_token(self) -> float: ...
    @property
    def link(self) -> str: ...
    @property
    def prefill_bytes_per_token(self) -> float: ...

class SpeedForecast:
    """
    How fast a layout serves the loads that were asked for.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SpeedForecast:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        points: collections.abc.Sequence[SpeedPoint] = [],
        links: collections.abc.Sequence[LinkTraffic] = [],
        accuracy: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> SpeedForecast: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> SpeedForecast:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def accuracy(self) -> str: ...
    @property
    def links(self) -> list[LinkTraffic]: ...
    @property
    def points(self) -> list[SpeedPoint]: ...

class SlownessCause:
    """
    A reason why a deployment is slower than it should be.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SlownessCause:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, name: str = "", tpot_ms: Interval = ..., fit: float = 0.0, because: str = "", how_to_tell: str = ""
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> SlownessCause: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> SlownessCause:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def fit(self) -> float: ...
    @property
    def how_to_tell(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def tpot_ms(self) -> Interval: ...

class EngineParameter:
    """
    A parameter as the engine makes it on one rank.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EngineParameter:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, name: str = "", dtype: str = "", shape: collections.abc.Sequence[int] = [], bytes: int = 0
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> EngineParameter: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> EngineParameter:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def bytes(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> list[int]: ...

class EngineRank:
    """
    What the engine makes of the weights of one rank.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EngineRank:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        rank: int = 0,
        tensor_rank: int = 0,
        pipeline_rank: int = 0,
        host: str = "",
        parameters: collections.abc.Sequence[EngineParameter] = [],
        parameter_bytes: int = 0,
        buffer_bytes: int = 0,
        slices: collections.abc.Sequence[Slice] = [],
        read_bytes: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> EngineRank: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> EngineRank:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def buffer_bytes(self) -> int: ...
    @property
    def host(self) -> str: ...
    @property
    def parameter_bytes(self) -> int: ...
    @property
    def parameters(self) -> list[EngineParameter]: ...
    @property
    def pipeline_rank(self) -> int: ...
    @property
    def rank(self) -> int: ...
    @property
    def read_bytes(self) -> int: ...
    @property
    def slices(self) -> list[Slice]: ...
    @property
    def tensor_rank(self) -> int: ...

class EnginePlan:
    """
    What an installed engine says of itself about one layout.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EnginePlan:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        engine_version: str = "",
        key_list_sha256: str = "",
        refusal: str = "",
        layers_per_stage: collections.abc.Sequence[int] = [],
        files: collections.abc.Sequence[str] = [],
        ranks: collections.abc.Sequence[EngineRank] = [],
        hosts: collections.abc.Sequence[HostShards] = [],
        warnings: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> EnginePlan: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> EnginePlan:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def engine_version(self) -> str: ...
    @property
    def files(self) -> list[str]: ...
    @property
    def hosts(self) -> list[HostShards]: ...
    @property
    def key_list_sha256(self) -> str: ...
    @property
    def layers_per_stage(self) -> list[int]: ...
    @property
    def ranks(self) -> list[EngineRank]: ...
    @property
    def refusal(self) -> str: ...
    @property
    def warnings(self) -> list[str]: ...

class Setting:
    """
    One environment variable, or one deliberately left alone.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Setting:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        value: str | None = None,
        because: str = "",
        is_from_user: bool = False,
        ours: str | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Setting: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Setting:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def is_from_user(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def ours(self) -> str | None: ...
    @property
    def value(self) -> str | None: ...

class HostSettings:
    """
    The environment of the engine's processes on one host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostSettings:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        interface: str = "",
        address: str = "",
        settings: collections.abc.Sequence[Setting] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostSettings: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def find(self, name: str) -> Setting | None:
        """
        None where there is none of that name.
        """
    def replace(self, **changes: typing.Any) -> HostSettings:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def settings(self) -> list[Setting]: ...

class Settings:
    """
    The environment of every engine process, host by host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Settings:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self, *, hosts: collections.abc.Sequence[HostSettings] = [], findings: collections.abc.Sequence[Finding] = []
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Settings: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def find(self, host: str) -> HostSettings | None:
        """
        None where there is no such host.
        """
    def replace(self, **changes: typing.Any) -> Settings:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def findings(self) -> list[Finding]: ...
    @property
    def hosts(self) -> list[HostSettings]: ...

class SecretVariable:
    """
    A variable whose value is the content of a file.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> SecretVariable:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, name: str = "", file: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> SecretVariable: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> SecretVariable:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def file(self) -> str: ...
    @property
    def name(self) -> str: ...

class ProcessSpec:
    """
    One process of the engine, complete.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ProcessSpec:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        argv: collections.abc.Sequence[str] = [],
        env: collections.abc.Mapping[str, str] = {},
        secrets: collections.abc.Sequence[SecretVariable] = [],
        ranks: collections.abc.Sequence[int] = [],
        wait_for: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ProcessSpec: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ProcessSpec:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def argv(self) -> list[str]: ...
    @property
    def env(self) -> dict[str, str]: ...
    @property
    def name(self) -> str: ...
    @property
    def ranks(self) -> list[int]: ...
    @property
    def secrets(self) -> list[SecretVariable]: ...
    @property
    def wait_for(self) -> list[str]: ...

class LaunchPort:
    """
    A TCP port that a process will bind.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> LaunchPort:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, address: str = "", port: int = 0, purpose: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> LaunchPort: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> LaunchPort:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def purpose(self) -> str: ...

class RuntimeKind(enum.Enum):
    """
    How processes are executed.
    """

    process = ...

class Runtime:
    """
    How a host's processes are executed, watched and ended.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Runtime:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, kind: RuntimeKind = ...) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Runtime: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Runtime:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def kind(self) -> RuntimeKind: ...

class HostLaunch:
    """
    What is started on one host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostLaunch:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        address: str = "",
        runtime: Runtime = ...,
        processes: collections.abc.Sequence[ProcessSpec] = [],
        ports: collections.abc.Sequence[LaunchPort] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostLaunch: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HostLaunch:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def ports(self) -> list[LaunchPort]: ...
    @property
    def processes(self) -> list[ProcessSpec]: ...
    @property
    def runtime(self) -> Runtime: ...

class Readiness:
    """
    When the deployment counts as ready.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Readiness:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        address: str = "",
        port: int = 0,
        model: str = "",
        api_key_file: str = "",
        ranks: int = 0,
        timeout_s: int = 0,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Readiness: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Readiness:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def address(self) -> str: ...
    @property
    def api_key_file(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def ranks(self) -> int: ...
    @property
    def timeout_s(self) -> int: ...

class LaunchPlan:
    """
    What is started where, how it is watched and how it is stopped.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> LaunchPlan:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        deployment: str = "",
        engine: str = "",
        engine_version: str = "",
        backend: str = "",
        fate: Fate = ...,
        hosts: collections.abc.Sequence[HostLaunch] = [],
        readiness: Readiness = ...,
        guard_port: int = 0,
        grace_s: int = 10,
        lease_s: int = 20,
        log_file_bytes: int = 16777216,
        log_files: int = 4,
        because: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> LaunchPlan: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def find(self, host: str) -> HostLaunch | None:
        """
        None where there is no such host.
        """
    def replace(self, **changes: typing.Any) -> LaunchPlan:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def backend(self) -> str: ...
    @property
    def because(self) -> list[str]: ...
    @property
    def deployment(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def engine_version(self) -> str: ...
    @property
    def fate(self) -> Fate: ...
    @property
    def grace_s(self) -> int: ...
    @property
    def guard_port(self) -> int: ...
    @property
    def hosts(self) -> list[HostLaunch]: ...
    @property
    def lease_s(self) -> int: ...
    @property
    def log_file_bytes(self) -> int: ...
    @property
    def log_files(self) -> int: ...
    @property
    def readiness(self) -> Readiness: ...

class Phase(enum.Enum):
    """
    How far a deployment is on a host.
    """

    absent = ...
    failed = ...
    ready = ...
    starting = ...
    stopped = ...
    stopping = ...
    unknown = ...

class Cause:
    """
    Why a group ended: the first thing that went wrong.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Cause:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        process: str = "",
        rank: int | None = None,
        pid: int | None = None,
        exit_code: int | None = None,
        signal: int | None = None,
        is_out_of_memory: bool = False,
        text: str = "",
        last_line: str = "",
        at: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Cause: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Cause:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def at(self) -> str: ...
    @property
    def exit_code(self) -> int | None: ...
    @property
    def host(self) -> str: ...
    @property
    def is_out_of_memory(self) -> bool: ...
    @property
    def last_line(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def process(self) -> str: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def signal(self) -> int | None: ...
    @property
    def text(self) -> str: ...

class ProcessStatus:
    """
    How one process of the engine is.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ProcessStatus:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        name: str = "",
        pid: int = 0,
        is_alive: bool = False,
        exit_code: int | None = None,
        signal: int | None = None,
        log: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ProcessStatus: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ProcessStatus:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def exit_code(self) -> int | None: ...
    @property
    def is_alive(self) -> bool: ...
    @property
    def log(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int: ...
    @property
    def signal(self) -> int | None: ...

class RankStatus:
    """
    How the process of one rank is.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> RankStatus:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, rank: int = 0, pid: int = 0, is_alive: bool = False) -> None: ...
    def __replace__(self, **changes: typing.Any) -> RankStatus: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> RankStatus:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def is_alive(self) -> bool: ...
    @property
    def pid(self) -> int: ...
    @property
    def rank(self) -> int: ...

class HostStatus:
    """
    How a deployment is on one host.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> HostStatus:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        phase: Phase = ...,
        because: str = "",
        guard_pid: int = 0,
        containment: str = "",
        processes: collections.abc.Sequence[ProcessStatus] = [],
        ranks: collections.abc.Sequence[RankStatus] = [],
        cause: Cause | None = None,
        activity: str = "",
        started_at: str = "",
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> HostStatus: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> HostStatus:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def activity(self) -> str: ...
    @property
    def because(self) -> str: ...
    @property
    def cause(self) -> Cause | None: ...
    @property
    def containment(self) -> str: ...
    @property
    def guard_pid(self) -> int: ...
    @property
    def host(self) -> str: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def processes(self) -> list[ProcessStatus]: ...
    @property
    def ranks(self) -> list[RankStatus]: ...
    @property
    def started_at(self) -> str: ...

class DeploymentStatus:
    """
    How a deployment is.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> DeploymentStatus:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        deployment: str = "",
        phase: Phase = ...,
        endpoint: str = "",
        model: str = "",
        hosts: collections.abc.Sequence[HostStatus] = [],
        cause: Cause | None = None,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> DeploymentStatus: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def __str__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> DeploymentStatus:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def cause(self) -> Cause | None: ...
    @property
    def deployment(self) -> str: ...
    @property
    def endpoint(self) -> str: ...
    @property
    def hosts(self) -> list[HostStatus]: ...
    @property
    def model(self) -> str: ...
    @property
    def phase(self) -> Phase: ...

class DecisionStep(enum.Enum):
    """
    The steps of decide(), in their order.
    """

    checkpoint = ...
    launch = ...
    plan = ...
    settings = ...

class Refusal:
    """
    Why a step of decide() has no value.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Refusal:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, step: DecisionStep = ..., subject: str = "", because: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> Refusal: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Refusal:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def because(self) -> str: ...
    @property
    def step(self) -> DecisionStep: ...
    @property
    def subject(self) -> str: ...

class Decision:
    """
    One deployment, decided but not started.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> Decision:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        spec: DeploymentSpec = ...,
        cluster: Cluster = ...,
        checkpoint: Checkpoint | None = None,
        plan: Plan = ...,
        layout: Layout | None = None,
        settings: Settings | None = None,
        launch_plan: LaunchPlan | None = None,
        refusals: collections.abc.Sequence[Refusal] = [],
        report: Report = ...,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Decision: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> Decision:
        """
        A copy with other values for the fields that are named.
        """
    def require_launch_plan(self) -> LaunchPlan: ...
    def require_layout(self) -> Layout:
        """
        The layout; InvalidInput or NotFound where there is none.
        """
    def require_settings(self) -> Settings: ...
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def checkpoint(self) -> Checkpoint | None: ...
    @property
    def cluster(self) -> Cluster: ...
    @property
    def launch_plan(self) -> LaunchPlan | None: ...
    @property
    def layout(self) -> Layout | None: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def refusals(self) -> list[Refusal]: ...
    @property
    def report(self) -> Report: ...
    @property
    def settings(self) -> Settings | None: ...
    @property
    def spec(self) -> DeploymentSpec: ...

class EngineLog:
    """
    The log of one process, as text.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EngineLog:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, host: str = "", process: str = "", text: str = "") -> None: ...
    def __replace__(self, **changes: typing.Any) -> EngineLog: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> EngineLog:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def host(self) -> str: ...
    @property
    def process(self) -> str: ...
    @property
    def text(self) -> str: ...

class TransportUse:
    """
    A transport that NCCL said it uses, and how often.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> TransportUse:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, transport: str = "", channels: int = 0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> TransportUse: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> TransportUse:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def channels(self) -> int: ...
    @property
    def transport(self) -> str: ...

class EngineQuestion:
    """
    What an installed engine is asked.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> EngineQuestion:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, checkpoint: CheckpointText = ..., layout: Layout = ...) -> None: ...
    def __replace__(self, **changes: typing.Any) -> EngineQuestion: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> EngineQuestion:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def checkpoint(self) -> CheckpointText: ...
    @property
    def layout(self) -> Layout: ...

class Progress:
    """
    One line of progress: what is being done, and for how long.
    """
    def __init__(self, *, step: str = "", text: str = "", elapsed_s: float = 0.0, is_done: bool = False) -> None: ...
    def __replace__(self, **changes: typing.Any) -> Progress: ...
    def __repr__(self) -> str: ...
    def replace(self, **changes: typing.Any) -> Progress:
        """
        A copy with other values for the fields that are named.
        """
    @property
    def elapsed_s(self) -> float: ...
    @property
    def is_done(self) -> bool: ...
    @property
    def step(self) -> str: ...
    @property
    def text(self) -> str: ...

class ReadRequest:
    """
    What one host is asked.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> ReadRequest:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        host: str = "",
        model_path: str = "",
        python: str = "",
        python_path: str = "",
        peers: collections.abc.Sequence[str] = [],
        names: collections.abc.Sequence[str] = [],
        paths: collections.abc.Sequence[str] = [],
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> ReadRequest: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> ReadRequest:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def host(self) -> str: ...
    @property
    def model_path(self) -> str: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def paths(self) -> list[str]: ...
    @property
    def peers(self) -> list[str]: ...
    @property
    def python(self) -> str: ...
    @property
    def python_path(self) -> str: ...

class StepTime:
    """
    How long one step of up() took.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> StepTime:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(self, *, step: str = "", seconds: float = 0.0) -> None: ...
    def __replace__(self, **changes: typing.Any) -> StepTime: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> StepTime:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def seconds(self) -> float: ...
    @property
    def step(self) -> str: ...

class UpResult:
    """
    Everything that up() found, decided and did.
    """

    __hash__: typing.ClassVar[None] = None  # type: ignore[assignment]
    @staticmethod
    def from_json(text: str, source: str = "json") -> UpResult:
        """
        Reads what to_json() wrote; InvalidInput for anything else.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __getstate__(self) -> str: ...
    def __init__(
        self,
        *,
        cluster: Cluster = ...,
        plan: Plan = ...,
        report: Report = ...,
        settings: Settings = ...,
        launch_plan: LaunchPlan | None = None,
        status: DeploymentStatus = ...,
        transports: collections.abc.Sequence[TransportUse] = [],
        steps: collections.abc.Sequence[StepTime] = [],
        was_running: bool = False,
    ) -> None: ...
    def __replace__(self, **changes: typing.Any) -> UpResult: ...
    def __repr__(self) -> str: ...
    def __setstate__(self, arg0: str) -> None: ...
    def replace(self, **changes: typing.Any) -> UpResult:
        """
        A copy with other values for the fields that are named.
        """
    def to_json(self) -> str:
        """
        The JSON document of this value; docs/schemas/ describes it.
        """
    @property
    def cluster(self) -> Cluster: ...
    @property
    def launch_plan(self) -> LaunchPlan | None: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def report(self) -> Report: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def status(self) -> DeploymentStatus: ...
    @property
    def steps(self) -> list[StepTime]: ...
    @property
    def transports(self) -> list[TransportUse]: ...
    @property
    def was_running(self) -> bool: ...

class Hosts:
    """
    Connections to all hosts of a spec, for any number of calls; a context manager. Calls of several
    threads take turns.
    """
    def __enter__(self) -> Hosts: ...
    def __exit__(self, arg0: typing.Any, arg1: typing.Any, arg2: typing.Any) -> None: ...
    def close(self) -> None:
        """
        Closes the connections, once no Deployment uses them any more.
        """
    @property
    def spec(self) -> DeploymentSpec: ...

class Deployment:
    """
    A deployment on its hosts. As a context manager it ends an attached one when the block is left; a service goes
    on.
    """
    def __enter__(self) -> Deployment: ...
    def __exit__(self, arg0: typing.Any, arg1: typing.Any, arg2: typing.Any) -> None: ...
    def close(self) -> None:
        """
        Ends an attached deployment, and lets go of any other.
        """
    def follow_logs(
        self, on_text: collections.abc.Callable[[EngineLog], None], *, host: str = "", lines: int = 100
    ) -> None: ...
    def is_ready(self) -> bool:
        """
        True where every rank was alive and one token was generated.
        """
    def read_logs(self, *, host: str = "", lines: int = 100) -> list[EngineLog]: ...
    def status(self) -> DeploymentStatus:
        """
        How it is now.
        """
    def stop(self, *, purge: bool = False) -> DeploymentStatus:
        """
        Ends it on every host, and waits until nothing is left; logs stay, unless `purge`.
        """
    def wait(self) -> DeploymentStatus:
        """
        Blocks until it is over: it failed, and the status has the cause, or somebody ended it.
        """
    @property
    def result(self) -> UpResult:
        """
        What up() or start() found, decided and did.
        """

def active_nvlinks(gpu: Gpu) -> int:
    """
    How many NVLinks are up.
    """

def apply_engine_plan(layout: Layout, engine: EnginePlan) -> Layout:
    """
    The layout with layers and bytes of each rank as the engine says.
    """

def ask_engine(
    environment: os.PathLike[str] | str,
    question: EngineQuestion,
    *,
    timeout_s: int = 1800,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> EnginePlan:
    """
    The answer to one question; InvalidInput with the engine's words if it refuses.
    """

def ask_engine_all(
    environment: os.PathLike[str] | str,
    questions: collections.abc.Sequence[EngineQuestion],
    *,
    timeout_s: int = 1800,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> list[EnginePlan]:
    """
    Asks the vLLM of an environment on this machine which bytes its ranks read, without a GPU and without
    weights. A model that it refuses is an answer too.
    """

def cast_of(config: ModelConfig, tensor: Tensor, place: TensorPlace, loading: Loading = ...) -> Cast:
    """
    What the engine makes of a tensor's elements.
    """

@typing.overload
def check(decision: Decision) -> Report:
    """
    Applies every rule to every subject of the decision.
    """

@typing.overload
def check(
    spec: DeploymentSpec, cluster: Cluster, checkpoint: Checkpoint | None = None, layout: Layout | None = None
) -> Report:
    """
    Applies every rule to every subject; rules that need what is None answer "unknown".
    """

def checkpoint_summary(checkpoint: Checkpoint) -> CheckpointSummary:
    """
    Parameters and bytes of a checkpoint by dtype, kind and layer.
    """

def choose_engine(spec: DeploymentSpec, cluster: Cluster, config: ModelConfig) -> Engine:
    """
    The engine of the spec with all of its options: what Layout.engine holds.
    """

def choose_settings(spec: DeploymentSpec, cluster: Cluster, layout: Layout) -> Settings:
    """
    Chooses interface, address and environment for each host by its own route to its peers.
    """

@typing.overload
def compare(before: Cluster, after: Cluster) -> list[Change]:
    """
    What changed from one reading to a later one, worse changes first.
    """

@typing.overload
def compare(ours: ShardPlan, engine: EnginePlan, checkpoint: Checkpoint) -> list[str]:
    """
    One line for each tensor of a rank whose bytes are not the same in both.
    """

def connect(
    spec: DeploymentSpec,
    *,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> Hosts:
    """
    Connects to all hosts of the spec at once. A host that cannot be reached is no error; the next call tries
    again.
    """

def decide(spec: DeploymentSpec, recording: Recording, *, layout: int = 0, limit: int = 16) -> Decision:
    """
    From what was read to what start() would start, without I/O. `layout` is an index in the plan's layouts.
    """

def default_partition(layers: int, pipeline_parallel: int, engine: Engine = ...) -> list[int]:
    """
    Layers of each pipeline stage by the engine's own rule.
    """

def deployment_ports(spec: DeploymentSpec) -> DeploymentPorts:
    """
    The ports that follow from the API's.
    """

def device_name(gpu: Gpu) -> str:
    """
    Name of a GPU in DevicePath: "gpu0".
    """

def diagnose(logs: collections.abc.Sequence[EngineLog]) -> Report:
    """
    What the logs say went wrong, the likely cause first.
    """

def discover() -> Readings:
    """
    Reads this machine alone, without a spec.
    """

@typing.overload
def down(
    spec: DeploymentSpec,
    *,
    purge: bool = False,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> DeploymentStatus:
    """
    Ends the deployment on every host that can be reached.
    """

@typing.overload
def down(hosts: Hosts, *, purge: bool = False) -> DeploymentStatus: ...
def dtype_bits(dtype: str) -> int:
    """
    Bits of one element; 0 for an unknown dtype.
    """

def explain_slowness(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint,
    layout: Layout,
    workload: Workload,
    observed_tokens_per_s: float,
) -> list[SlownessCause]:
    """
    What may explain the tokens per second that one request gets, best fit first.
    """

def family_of(config: ModelConfig) -> str:
    """
    The family of models whose slicing is known.
    """

def find_deployment(hosts: Hosts) -> Deployment | None:
    """
    The deployment of this spec that is on the hosts, whoever started it; None where there is none.
    """

def find_filesystem(machine: Machine, path: str) -> Filesystem | None:
    """
    The file system that was asked about by this path; None where nobody did, or it did not answer.
    """

def find_path(machine: Machine, a: str, b: str) -> DevicePath | None:
    """
    The path between two devices, whichever stands first; None where the pair is not known.
    """

def find_transports(logs: collections.abc.Sequence[EngineLog]) -> list[TransportUse]:
    """
    Which transports NCCL said it uses.
    """

@typing.overload
def follow_logs(
    spec: DeploymentSpec,
    on_text: collections.abc.Callable[[EngineLog], None],
    *,
    host: str = "",
    lines: int = 100,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> None:
    """
    The engine's logs as they grow, until interrupted or the deployment has ended; `on_text` gets whole lines.
    """

@typing.overload
def follow_logs(
    hosts: Hosts, on_text: collections.abc.Callable[[EngineLog], None], *, host: str = "", lines: int = 100
) -> None: ...
def forecast_memory(
    spec: DeploymentSpec, cluster: Cluster, checkpoint: Checkpoint, layout: Layout, calibration: Calibration = ...
) -> MemoryForecast:
    """
    Memory of each rank, room for tokens and what loading takes of hosts; `calibration` replaces estimates.
    """

def forecast_speed(
    spec: DeploymentSpec,
    cluster: Cluster,
    checkpoint: Checkpoint,
    layout: Layout,
    workloads: collections.abc.Sequence[Workload],
) -> SpeedForecast:
    """
    How fast a layout will serve each of these loads, as intervals with the reason for each part.
    """

def format_bytes(bytes: int) -> str:
    """
    "641.29 GiB": binary units, two decimals.
    """

def format_count(count: int) -> str:
    """
    "1,915,376": groups of three digits.
    """

def format_seconds(seconds: float) -> str:
    """
    "85 ms", "4.2 s", "3 min 05 s".
    """

def from_folder(folder: collections.abc.Mapping[str, str]) -> Recording:
    """
    The reverse of to_folder().
    """

def header_length_refusal(declared_header_bytes: int, file_size_bytes: int) -> str:
    """
    Why a file of this size may not declare such a header; empty: it may.
    """

def import_files(files: ImportedFiles, host: str) -> Readings:
    """
    The readings of one host, made of other tools' documents and of pieces of its /sys and /proc.
    """

def init(hosts: collections.abc.Sequence[str]) -> str:
    """
    A commented cluster.toml for these ssh destinations (or "local"), ready to be filled in.
    """

@typing.overload
def interpret(readings: Readings) -> Machine:
    """
    What readings mean. What a host did not say is a Gap, never an exception.
    """

@typing.overload
def interpret(recording: Recording) -> Cluster: ...
def is_imported(readings: Readings) -> bool:
    """
    Whether readings come from import_files().
    """

def kind_of_document(text: str) -> str:
    """
    "nccl_topology", "hwloc", "nvidia_smi", "lspci", "topo_matrix", or empty, by the content.
    """

def kv_bytes_per_token(config: ModelConfig, layers: int, tensor_parallel: int) -> int:
    """
    Key/value cache that one token takes on one rank.
    """

def library_version() -> str:
    """
    The version of the C++ library.
    """

def load_recording(folder: os.PathLike[str] | str) -> Recording:
    """
    Reads the folder that save_recording() wrote.
    """

def loaded_config(checkpoint: Checkpoint, engine: Version | None = None) -> ModelConfig:
    """
    The shape that this version of the engine, or the newest known, builds for a checkpoint.
    """

def merge(first: Report, second: Report) -> Report:
    """
    Joins reports; findings stay ordered by severity.
    """

def parse_calibration(log: str, source: str) -> Calibration:
    """
    What vLLM (0.6.4 and later) or SGLang says of its memory in a log.
    """

def parse_checkpoint(text: CheckpointText) -> Checkpoint:
    """
    The checkpoint of these texts; InvalidInput names a missing shard or tensor.
    """

def parse_config(text: str, source: str = "config.json") -> ModelConfig:
    """
    Reads the text of a config.json, strictly.
    """

def parse_document(kind: str, text: str, source: str) -> Machine:
    """
    What one document of another tool says of a machine; nothing is derived. Raises InvalidInput.
    """

def parse_engine_plan(answer: str, layout: Layout, checkpoint: Checkpoint, source: str = "engine") -> EnginePlan:
    """
    Reads what the program that asks the engine has printed.
    """

def parse_goal(text: str) -> Goal:
    """
    "latency", "throughput", "context" or "32 users at 8192 tokens".
    """

def parse_safetensors(header: str, file_size_bytes: int, source: str) -> list[Tensor]:
    """
    The tensors of one file, from its JSON header.
    """

def parse_spec(text: str, source: str = "cluster.toml") -> DeploymentSpec:
    """
    Reads the text of a cluster.toml; InvalidInput leads with source:line:column:.
    """

def pipeline_refusal(
    config: ModelConfig, layers_per_stage: collections.abc.Sequence[int], engine: Version | None = None
) -> str:
    """
    Why this version does not start with these layers; empty: it does.
    """

def place_ranks(spec: DeploymentSpec, tensor_parallel: int, pipeline_parallel: int) -> Layout:
    """
    Ranks on the spec's hosts in their order, and nothing else.
    """

def place_tensor(config: ModelConfig, tensor_name: str, loading: Loading = ...) -> TensorPlace | None:
    """
    Place and rule of one tensor; None where the family has no such tensor.
    """

def plan_launch(spec: DeploymentSpec, cluster: Cluster, layout: Layout, settings: Settings) -> LaunchPlan:
    """
    The processes of each host for this engine and version.
    """

def plan_layouts(spec: DeploymentSpec, cluster: Cluster, checkpoint: Checkpoint, *, limit: int = 16) -> Plan:
    """
    Searches every way to divide the model over the hosts of the spec, for its goal, from facts alone.
    """

def plan_shards(layout: Layout, checkpoint: Checkpoint) -> ShardPlan:
    """
    The bytes that each rank and each host needs, exactly, from the headers alone.
    """

def planned_ports(spec: DeploymentSpec) -> list[PlannedPort]:
    """
    Ports that a deployment uses on each host.
    """

@typing.overload
def read(
    spec: DeploymentSpec,
    *,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> Recording:
    """
    Reads every host of the spec in parallel, and tries the paths between them. A host that cannot be
    reached is in the result with the reason.
    """

@typing.overload
def read(hosts: Hosts) -> Recording: ...
def read_checkpoint(
    path: os.PathLike[str] | str,
    *,
    revision: str = "",
    token_file: os.PathLike[str] | str = ...,
    ca_file: os.PathLike[str] | str = ...,
    timeout_s: int = 30,
    connections: int = 8,
) -> CheckpointText:
    """
    The small files and shard headers of a checkpoint: of a folder, a hub's cache, or an address as text
    (http:// or https://) of a mirror or hub.
    """

@typing.overload
def read_logs(
    spec: DeploymentSpec,
    *,
    host: str = "",
    lines: int = 100,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> list[EngineLog]:
    """
    The engine's logs, as they are now; the last `lines` of each, 0 for all.
    """

@typing.overload
def read_logs(hosts: Hosts, *, host: str = "", lines: int = 100) -> list[EngineLog]: ...
@typing.overload
def read_status(
    spec: DeploymentSpec,
    *,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> DeploymentStatus:
    """
    How the deployment of this spec is, on each of its hosts.
    """

@typing.overload
def read_status(hosts: Hosts) -> DeploymentStatus: ...
def read_text_file(path: os.PathLike[str] | str, limit_bytes: int = 1048576) -> str:
    """
    The content of a text file of at most `limit_bytes`.
    """

def read_this_host(request: ReadRequest) -> Readings:
    """
    Reads this machine; never raises for what it cannot see.
    """

def render_env_file(settings: HostSettings) -> str:
    """
    NAME=value lines, for --env-file.
    """

def render_shell(settings: HostSettings) -> str:
    """
    export NAME='value' lines.
    """

def save_recording(recording: Recording, folder: os.PathLike[str] | str) -> None:
    """
    Writes a recording to a new or empty folder.
    """

def scrub(recording: Recording) -> Scrubbed:
    """
    Replaces names, addresses, UUIDs and serial numbers by made-up ones, consistently.
    """

@typing.overload
def show(report: Report, explain: bool = False) -> str:
    """
    For a terminal: the verdict, the findings, and with `explain` what was checked.
    """

@typing.overload
def show(machine: Machine) -> str: ...
@typing.overload
def show(cluster: Cluster) -> str: ...
@typing.overload
def show(changes: collections.abc.Sequence[Change]) -> str: ...
@typing.overload
def show(checkpoint: Checkpoint) -> str: ...
@typing.overload
def show(plan: Plan, explain: bool = False) -> str: ...
@typing.overload
def show(forecast: MemoryForecast, explain: bool = False) -> str: ...
@typing.overload
def show(forecast: SpeedForecast, explain: bool = False) -> str: ...
@typing.overload
def show(engine: EnginePlan) -> str: ...
@typing.overload
def show(settings: Settings, explain: bool = False) -> str: ...
@typing.overload
def show(plan: LaunchPlan) -> str: ...
@typing.overload
def show(status: DeploymentStatus) -> str: ...
@typing.overload
def show_html(report: Report) -> str:
    """
    For a notebook.
    """

@typing.overload
def show_html(machine: Machine) -> str: ...
@typing.overload
def show_html(layout: Layout) -> str: ...
@typing.overload
def show_html(plan: Plan) -> str: ...
def show_matrix(machine: Machine) -> str:
    """
    The matrix of `nvidia-smi topo -m`, with HCAs, their rates, and where GPUDirect RDMA is used.
    """

def slice_tensor(
    config: ModelConfig, tensor: Tensor, place: TensorPlace, rank: GroupRank, loading: Loading = ...
) -> Slice:
    """
    The bytes of a tensor that one rank needs.
    """

def start(hosts: Hosts, launch_plan: LaunchPlan) -> Deployment:
    """
    Starts what the plan says, and waits until it is ready or known never to be.
    """

def summarize(deployment: str, hosts: collections.abc.Sequence[HostStatus]) -> DeploymentStatus:
    """
    The phase and first cause of the whole from those of its hosts.
    """

def tensor_of(checkpoint: Checkpoint, slice: Slice) -> Tensor:
    """
    The tensor that a slice is of.
    """

def tensor_parallel_refusal(
    config: ModelConfig, tensor_parallel: int, data_parallel: int = 1, is_expert_parallel: bool = False
) -> str:
    """
    Why this size cannot be, in the engine's terms; empty: it can.
    """

def to_dot(machine: Machine) -> str:
    """
    The machine as a graph for Graphviz.
    """

def to_folder(recording: Recording) -> dict[str, bytes]:
    """
    The folder form of a recording: relative path -> content.
    """

def to_hwloc_text(machine: Machine) -> str:
    """
    NUMA nodes, bridges and devices as lstopo prints.
    """

def to_nccl_topology(machine: Machine) -> str:
    """
    The machine as NCCL_TOPO_FILE takes it.
    """

def to_svg(machine: Machine) -> str:
    """
    A picture of the machine; what is wrong is red.
    """

def to_toml(spec: DeploymentSpec) -> str:
    """
    The TOML form, which parse_spec() reads back.
    """

@typing.overload
def up(
    spec: DeploymentSpec,
    *,
    is_dry_run: bool = False,
    ignores_findings: bool = False,
    layout: int = 0,
    on_progress: collections.abc.Callable[[Progress], None] | None = None,
    is_cancelled: collections.abc.Callable[[], bool] | None = None,
    binary: os.PathLike[str] | str | None = None,
    ssh_program: str = "ssh",
    ssh_config: os.PathLike[str] | str | None = None,
    connect_timeout_s: int = 20,
    request_timeout_s: int = 60,
) -> Deployment:
    """
    Takes the hosts of the spec to a served model: read(), decide(), start(). Starts nothing when the report
    has errors; what fails on the way is undone. `layout` is an index in the plan's layouts.
    """

@typing.overload
def up(hosts: Hosts, *, is_dry_run: bool = False, ignores_findings: bool = False, layout: int = 0) -> Deployment: ...
def validated(spec: DeploymentSpec) -> DeploymentSpec:
    """
    The spec with its defaults filled in; InvalidInput where it breaks a rule of parse_spec().
    """
