# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import enum
from collections.abc import Mapping, Sequence

from ._core import Value

__all__ = [
    "ContainerSpec",
    "DeploymentPorts",
    "DeploymentSpec",
    "EngineSpec",
    "Fate",
    "Goal",
    "GoalKind",
    "HostSpec",
    "LayoutSpec",
    "ModelSpec",
    "PlannedPort",
    "ProxySpec",
    "Pull",
    "RuntimeKind",
    "ServeSpec",
    "Transport",
    "deployment_ports",
    "init",
    "parse_goal",
    "parse_spec",
    "planned_ports",
    "to_toml",
    "validated",
]

class ContainerSpec(Value):
    """The image that holds the engine, and what its containers get beyond what r1cluster gives them by itself:
    the host's network, GPUs, InfiniBand devices where the host has some, the checkpoint (read-only) and a
    volume for caches."""

    runtime: RuntimeKind = ...
    """docker or podman"""
    image: str = ...
    """"vllm/vllm-openai:v0.11.1", or by digest: "NAME@sha256:..." """
    archive: str = ...
    """file on every host, as `docker save` writes it; empty: none"""
    pull: Pull = ...
    """when the image is fetched from its registry"""
    shm_bytes: int = ...
    """size of /dev/shm in each container"""
    mounts: Sequence[str] = ...
    """"/HOST/PATH:/CONTAINER/PATH", with ":ro" behind it where it is read-only"""
    options: Sequence[str] = ...
    """further options of `docker create` and `podman create`"""
    program: str = ...
    """executable of Docker or Podman; default: the one that is found on each host"""

class DeploymentPorts(Value):
    """TCP ports on the head host, all derived from [serve] port, so that two deployments with different API
    ports on one machine do not collide."""

    api: int = ...
    """[serve] port, at [serve] address: of the reverse proxy, else of the engine"""
    rendezvous: int = ...
    """torch's rendezvous; used with several hosts"""
    guard: int = ...
    """guard link of the other hosts; used with several hosts"""
    engine: int = ...
    """the engine's own API, at 127.0.0.1 behind a reverse proxy; without one the same as `api`"""

class DeploymentSpec(Value):
    """What the user asks for: the content of cluster.toml, or a value built in code."""

    name: str = ...
    """identifies the deployment on its hosts; default: served name"""
    fate: Fate = ...
    """what becomes of the processes when the controller goes away"""
    hosts: Sequence[HostSpec] = ...
    """the first one is the head: it serves the API"""
    model: ModelSpec = ...
    """which checkpoint is served"""
    engine: EngineSpec = ...
    """the engine and its options"""
    container: ContainerSpec | None = ...
    """unset: the engine is a Python environment of each host"""
    serve: ServeSpec = ...
    """where requests are taken"""
    layout: LayoutSpec = ...
    """what is demanded of the layout; unset parts are chosen"""
    env: Mapping[str, str] = ...
    """environment on every host; kept even if r1cluster would choose another value"""

class EngineSpec(Value):
    """The engine, and how it is started."""

    name: str = ...
    """in small letters; empty: the first engine that r1cluster can start"""
    version: str = ...
    """version that every host must have; empty: whatever they have in common"""
    python: str = ...
    """interpreter of the engine's environment, the same path on every host, or in the image"""
    backend: str = ...
    """"mp" or "ray"; empty: mp where the engine version has it"""
    extra_arguments: Sequence[str] = ...
    """appended to the engine's command line"""
    gpu_memory_utilization: float | None = ...
    """share of device memory the engine may take; unset: its own choice"""
    kv_cache_bytes: int | None = ...
    """per rank; default: what remains (GPU), default_cpu_kv_cache_bytes (CPU)"""
    start_timeout_s: int = ...
    """from first process to first token"""
    dtype: str = ...
    """"bfloat16", "float16"; empty: the model's, or float16 where a GPU has no bfloat16"""
    kv_cache_dtype: str = ...
    """"fp8", "bfloat16", ...; empty: dtype"""
    max_batched_tokens: int | None = ...
    """of one step; default: the engine's own"""
    max_sequences: int | None = ...
    """requests of one step; default: the engine's own"""
    is_eager: bool = ...
    """no compilation and no CUDA graphs"""
    speculative_tokens: int = ...
    """drafted by the model's own next-token layers (MTP); 0: none"""

class Fate(enum.Enum):
    """What happens to the engine's processes when the controller ends."""

    service = ...
    """they continue, and another controller can take over"""
    attached = ...
    """they end with the controller"""

class Goal(Value):
    """What layouts are ordered by."""

    kind: GoalKind = ...
    """what layouts are ordered by"""
    users: int = ...
    """concurrent requests; for GoalKind::users"""
    tokens: int = ...
    """prompt and answer of each request; 0: not set"""
    def __str__(self) -> str: ...

class GoalKind(enum.Enum):
    """The goal for which layouts are ranked."""

    latency = ...
    """least time per output token of a single request"""
    throughput = ...
    """most output tokens per second of all requests together"""
    context = ...
    """longest single request"""
    users = ...
    """a given number of concurrent requests of a given size, as fast as possible"""

class HostSpec(Value):
    """One machine of the deployment, or one part of a machine."""

    name: str = ...
    """in r1cluster's output; letters, digits, '.', '_' and '-'; unique"""
    address: str = ...
    """IP address or name by which the *other hosts* reach it"""
    ssh: str = ...
    """ssh destination ("user@host" or an alias); default: address"""
    transport: Transport = ...
    """how its agent is reached"""
    python: str = ...
    """engine's Python on this host; default: [engine] python"""
    interface: str = ...
    """network interface to use; default: found by route to the peers"""
    gpus: Sequence[int] | None = ...
    """NVML indices to use; default: all"""
    env: Mapping[str, str] = ...
    """overrides for this host's engine processes"""
    runtime: RuntimeKind | None = ...
    """instead of ContainerSpec::runtime; only beside DeploymentSpec::container"""

class LayoutSpec(Value):
    """Sizes that the user demands; plan_layouts() chooses those that are unset."""

    tensor_parallel: int | None = ...
    """unset: chosen"""
    pipeline_parallel: int | None = ...
    """unset: chosen"""
    layers_per_stage: Sequence[int] | None = ...
    """unset: chosen"""
    data_parallel: int | None = ...
    """unset: chosen"""
    expert_parallel: bool | None = ...
    """unset: chosen"""
    decode_context_parallel: int | None = ...
    """unset: chosen"""

class ModelSpec(Value):
    """Which checkpoint is served, and under which name."""

    path: str = ...
    """folder of the checkpoint, the same on every host"""
    served_name: str = ...
    """name in the API; default: last component of path"""

class PlannedPort(Value):
    """A TCP port that a deployment will bind, so that read() can try it and plan_launch() can use it."""

    host: str = ...
    """name in the spec"""
    address: str = ...
    """address that will be bound"""
    port: int = ...
    """TCP port number"""
    purpose: str = ...
    """"API", "engine behind the proxy", "torch rendezvous", "guard link" """

class ProxySpec(Value):
    """The reverse proxy in front of the engine: the only way in from another host. It asks every request for the
    key, and lets through what a list of paths allows. docs/spec.md says what each field means for a client."""

    program: str = ...
    """HAProxy's executable on the head host; default: the one that is found there"""
    tls_certificate_file: str = ...
    """PEM with its chain, on the head host; empty: nothing is encrypted"""
    tls_key_file: str = ...
    """PEM, on the head host, that only its owner may read"""
    allowed_paths: Sequence[str] = ...
    """instead of the engine's list; each as a request names it, "/v1/models" """
    max_request_bytes: int = ...
    """of the body of one request"""
    max_connections: int = ...
    """at the same time, of all clients together"""
    max_connections_per_client: int | None = ...
    """at the same time, of one address; unset: no limit"""
    max_requests_per_minute: int | None = ...
    """of one address; unset: no limit"""
    answer_timeout_s: int = ...
    """for so long the engine may say nothing, between a request and its last byte"""
    drain_s: int = ...
    """when the deployment is ended, requests that run get so long to finish"""

class Pull(enum.Enum):
    """When an image is fetched."""

    missing = ...
    """where the host does not have the image"""
    never = ...
    """the host must have the image, or `ContainerSpec::archive`"""

class RuntimeKind(enum.Enum):
    """How the engine's processes are executed."""

    process = ...
    """child processes of the guard, in one cgroup per deployment"""
    docker = ...
    """containers of a Docker daemon"""
    podman = ...
    """containers of Podman, which has no daemon"""

class ServeSpec(Value):
    """Where the head host listens for requests."""

    address: str = ...
    """where the head host listens for requests"""
    port: int = ...
    """TCP port of the API"""
    max_model_len: int | None = ...
    """tokens; default: the model's own limit"""
    api_key_file: str = ...
    """on the head host; empty: no key"""
    goal: Goal | None = ...
    """what plan_layouts() orders the layouts by; default: latency"""
    is_unprotected: bool = ...
    """the engine itself listens at `address`, even where other hosts reach it"""
    proxy: ProxySpec | None = ...
    """set by validated() where other hosts reach `address`; unset: the engine listens"""

class Transport(enum.Enum):
    """How the agent on a host is reached."""

    ssh = ...
    """the system's ssh, with the user's own configuration"""
    local = ...
    """a child process of the caller, on this machine"""

def deployment_ports(spec: DeploymentSpec) -> DeploymentPorts:
    """The ports that follow from the API's."""

def init(hosts: Sequence[str]) -> str:
    """A commented cluster.toml for these ssh destinations (or "local"), ready to be filled in."""

def parse_goal(text: str) -> Goal:
    """ "latency", "throughput", "context" or "32 users at 8192 tokens"."""

def parse_spec(text: str, source: str = "cluster.toml") -> DeploymentSpec:
    """Reads the text of a cluster.toml; InvalidInput leads with source:line:column:."""

def planned_ports(spec: DeploymentSpec) -> list[PlannedPort]:
    """Ports that a deployment uses on each host."""

def to_toml(spec: DeploymentSpec) -> str:
    """The TOML form, which parse_spec() reads back."""

def validated(spec: DeploymentSpec) -> DeploymentSpec:
    """The spec with its defaults filled in; InvalidInput where it breaks a rule of parse_spec()."""
