# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value

__all__ = [
    "EngineLog",
    "TransportUse",
    "find_transports",
]

class EngineLog(Value):
    """The log of one process, as text."""

    host: str = ...
    """name in the spec; empty: unknown"""
    process: str = ...
    """name in the launch plan; empty: unknown"""
    text: str = ...
    """lines as they were written"""

class TransportUse(Value):
    """A transport that NCCL logged, with its number of channels: "P2P/CUMEM", "SHM/direct/direct", "NET/Socket",
    "NET/IB/GDRDMA". NCCL logs channels with NCCL_DEBUG=INFO."""

    transport: str = ...
    """"P2P/CUMEM" """
    channels: int = ...
    """number of channels"""

def find_transports(logs: Sequence[EngineLog]) -> list[TransportUse]:
    """Which transports NCCL said it uses."""
