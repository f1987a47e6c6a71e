# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value
from .facts import Cluster
from .layout import Layout
from .report import Finding
from .spec import DeploymentSpec

__all__ = [
    "HostSettings",
    "Setting",
    "Settings",
    "choose_settings",
    "render_env_file",
    "render_shell",
]

class HostSettings(Value):
    """The environment of the engine's processes on one host."""

    host: str = ...
    """name in the spec"""
    interface: str = ...
    """over which it reaches its peers"""
    address: str = ...
    """of that interface; what the peers connect to"""
    settings: Sequence[Setting] = ...
    """ordered by name"""
    def find(self, name: str) -> Setting | None:
        """None where there is no setting of that name."""
    def environment(self) -> dict[str, str]:
        """The variables that have a value, for subprocess and the like. Values may begin with "{state}", which
        only the guard on the host replaces."""

class Setting(Value):
    """One environment variable, or one deliberately left alone."""

    name: str = ...
    """of the variable"""
    value: str | None = ...
    """unset: left to the engine's default, because ..."""
    because: str = ...
    """why it has this value, or none"""
    is_from_user: bool = ...
    """from [env] or [host.env]; kept even where we disagree"""
    ours: str | None = ...
    """what we would have said, where that differs"""

class Settings(Value):
    """The environment of every engine process, host by host."""

    hosts: Sequence[HostSettings] = ...
    """in the order of the spec"""
    findings: Sequence[Finding] = ...
    """user overrides that we disagree with"""
    def find(self, host: str) -> HostSettings | None:
        """None where there is no such host."""
    def __str__(self) -> str: ...

def choose_settings(spec: DeploymentSpec, cluster: Cluster, layout: Layout) -> Settings:
    """Chooses interface, address and environment for each host by its own route to its peers."""

def render_env_file(settings: HostSettings) -> str:
    """NAME=value lines, for --env-file."""

def render_shell(settings: HostSettings) -> str:
    """export NAME='value' lines."""
