# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import enum
from collections.abc import Sequence

from ._core import Value

__all__ = [
    "CheckedRule",
    "Finding",
    "Report",
    "Severity",
    "merge",
]

class CheckedRule(Value):
    """A rule that was applied, with the number of its subjects; shows what a clean report covers."""

    id: str = ...
    """of its findings: "host.reached" """
    requirement: str = ...
    """one sentence: what must hold"""
    subjects: int = ...
    """number of hosts, pairs or ranks judged"""
    passed: int = ...
    """number of subjects that passed"""

class Finding(Value):
    """A fact that is not as it must be, or that could not be judged."""

    id: str = ...
    """stable, for waivers and searching: "host.reached" """
    severity: Severity = ...
    """how much it matters"""
    subject: str = ...
    """host, pair "a -> b", file or rank"""
    observed: str = ...
    """the fact that was seen, or why it could not be seen"""
    expected: str = ...
    """what must hold"""
    remedy: str = ...
    """what to do, as a command if possible"""
    source: str = ...
    """where the rule comes from"""

class Report(Value):
    """All findings, most severe first, and everything that was checked."""

    findings: Sequence[Finding] = ...
    """most severe first"""
    checked: Sequence[CheckedRule] = ...
    """every rule that was applied"""
    def count(self, severity: Severity) -> int:
        """Number of findings of this severity."""
    def is_clean(self) -> bool:
        """True when no finding is an error or unknown."""
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...

class Severity(enum.Enum):
    """Ordered by importance."""

    error = ...
    """the deployment will not work, or not as the spec asks"""
    warning = ...
    """the deployment will work, but badly or not for long"""
    unknown = ...
    """the rule could not be judged; never counts as passed"""
    info = ...
    """worth knowing"""

def merge(first: Report, second: Report) -> Report:
    """Joins reports; findings stay ordered by severity."""
