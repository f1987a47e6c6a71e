# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value
from .facts import Cluster
from .knowledge import Knowledge
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
    """network interface through which the host reaches the other hosts"""
    address: str = ...
    """address of that interface, to which the other hosts connect"""
    settings: Sequence[Setting] = ...
    """ordered by name"""
    def find(self, name: str) -> Setting | None:
        """None where there is no setting of that name."""
    def environment(self) -> dict[str, str]:
        """The variables that have a value, for subprocess and the like. Values may begin with "{state}", which
        only the guard on the host replaces."""

class Setting(Value):
    """One environment variable that is set, or one that deliberately stays unset."""

    name: str = ...
    """of the variable"""
    value: str | None = ...
    """unset: the default applies; `because` says why"""
    because: str = ...
    """why it has this value, or none"""
    is_from_user: bool = ...
    """from [env] or [host.env]; kept even if r1cluster would choose another value"""
    ours: str | None = ...
    """the value that r1cluster would choose, where a user's value differs"""

class Settings(Value):
    """The environment of every engine process, host by host."""

    hosts: Sequence[HostSettings] = ...
    """in the order of the spec"""
    findings: Sequence[Finding] = ...
    """values of the user that r1cluster would choose differently"""
    def find(self, host: str) -> HostSettings | None:
        """None where there is no such host."""
    def __str__(self) -> str: ...

def choose_settings(
    spec: DeploymentSpec, cluster: Cluster, layout: Layout, *, knowledge: Knowledge | None = None
) -> Settings:
    """Chooses interface, address and environment for each host by its own route to its peers."""

def render_env_file(settings: HostSettings) -> str:
    """NAME=value lines, for --env-file."""

def render_shell(settings: HostSettings) -> str:
    """export NAME='value' lines."""
