# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from collections.abc import Sequence

from ._core import Value

__all__ = [
    "Interval",
    "Version",
    "WholeInterval",
    "format_bytes",
    "format_count",
    "format_seconds",
    "library_version",
]

class Interval(Value):
    """A forecast: the measured value is expected between `low` and `high`. The name of the field that has this
    type states the unit."""

    low: float = ...
    """the smallest that is expected"""
    likely: float = ...
    """the most likely"""
    high: float = ...
    """the largest that is expected"""

class Version(Value):
    """A release number such as "0.11.1", "580.159.04" or "0.32.0+cpu". Ordered by its numbers; a pre-release
    ("rc1", "dev5") sorts before its release; the local part after "+" is kept but does not affect the order."""

    numbers: Sequence[int] = ...
    """"0.11.1" is [0, 11, 1]"""
    pre_release: str = ...
    """"rc1"; empty: a release"""
    local: str = ...
    """what follows "+"; does not affect the order"""
    @staticmethod
    def parse(text: str) -> Version:
        """InvalidInput for text that is not a version."""
    @staticmethod
    def try_parse(text: str) -> Version | None:
        """None for text that is not a version."""
    def text(self) -> str:
        """The version as it was written."""
    def __str__(self) -> str: ...
    def __lt__(self, arg0: Version) -> bool: ...
    def __le__(self, arg0: Version) -> bool: ...
    def __gt__(self, arg0: Version) -> bool: ...
    def __ge__(self, arg0: Version) -> bool: ...

class WholeInterval(Value):
    """A forecast of a whole number, such as bytes or tokens. An exact value has three equal numbers."""

    low: int = ...
    """the smallest that is expected"""
    likely: int = ...
    """the most likely"""
    high: int = ...
    """the largest that is expected"""

def format_bytes(bytes: int) -> str:
    """ "641.29 GiB": binary units, two decimals."""

def format_count(count: int) -> str:
    """ "1,915,376": groups of three digits."""

def format_seconds(seconds: float) -> str:
    """ "85 ms", "4.2 s", "3 min 05 s"."""

def library_version() -> str:
    """The version of the C++ library."""
