# SPDX-License-Identifier: Apache-2.0
"""The exceptions of r1cluster. The extension module raises them by name."""

from __future__ import annotations

from typing import NamedTuple

from ._core import ErrorKind

__all__ = [
    "Error",
    "ErrorKind",
    "Internal",
    "Interrupted",
    "InvalidInput",
    "NotFound",
    "SystemFailure",
    "TextPosition",
    "TimedOut",
    "Unavailable",
]


class TextPosition(NamedTuple):
    """A place in a text; both count from 1, and the column counts bytes."""

    line: int
    column: int


class Error(RuntimeError):
    """Something that was asked for could not be done.

    What could not be seen is a Gap in a Machine, and what is wrong with a cluster is a Finding in a Report;
    neither is ever raised.
    """

    kind: ErrorKind
    subject: str
    """The host, file, key or port that the error is about."""
    position: TextPosition | None
    """Where in the text `subject` the mistake is; None where the error is about no text."""

    def __init__(
        self, message: str, kind: ErrorKind, subject: str = "", position: tuple[int, int] | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.subject = subject
        self.position = TextPosition(*position) if position else None

    def __reduce__(self) -> tuple[type[Error], tuple[str, ErrorKind, str, tuple[int, int] | None]]:
        return type(self), (str(self), self.kind, self.subject, self.position)


class InvalidInput(Error):
    """A value or file that the caller gave is wrong."""


class NotFound(Error):
    """A file, host or deployment that was named does not exist."""


class Unavailable(Error):
    """A host, library or port cannot be used at present."""


class TimedOut(Error):
    """A stated deadline passed."""


class Interrupted(Error):
    """The caller asked to stop. Ctrl-C raises KeyboardInterrupt instead."""


class SystemFailure(Error):
    """The operating system refused."""


class Internal(Error):
    """A defect in r1cluster."""


# Users see the classes where they import them from.
for _name in __all__:
    if _name not in ("ErrorKind", "TextPosition"):
        globals()[_name].__module__ = "r1cluster"
