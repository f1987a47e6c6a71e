# SPDX-License-Identifier: Apache-2.0
"""What a fault is, what is measured of it, and the table of all."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable
from pathlib import Path

from place import GRACE_S, Place, read, until

GONE_S = GRACE_S + 2


class NotHere(Exception):
    """This machine cannot do it; the text says why."""


@dataclasses.dataclass
class Figures:
    """Seconds since the fault; None: the fault has no such moment."""

    detected_s: float | None = None
    stopping_s: float | None = None
    gone_s: float | None = None
    said: str = ""
    note: str = ""


@dataclasses.dataclass
class Fault:
    key: str
    name: str
    injected: str
    promised: str
    run: Callable[[Place], Figures | None]
    hosts: int = 2
    times: int = 1
    is_short: bool = False
    detected_s: float | None = None  # promised
    stopping_s: float | None = None
    gone_s: float | None = None


FAULTS: dict[str, Fault] = {}


def fault(key: str, injected: str, promised: str, **more: object) -> Callable:
    """Registers a function as the fault `key`; its docstring says what must hold."""

    def register(run: Callable[[Place], Figures | None]) -> Callable:
        assert key not in FAULTS, key
        name = (run.__doc__ or "").strip().rstrip(".")
        FAULTS[key] = Fault(key, name, injected, promised, run, **more)  # type: ignore[arg-type]
        return run

    return register


def not_here(key: str, name: str, injected: str, promised: str, why: str) -> None:
    """A fault of the list that this machine, or this release, has no place for."""

    def run(place: Place) -> None:
        raise NotHere(why)

    FAULTS[key] = Fault(key, name, injected, promised, run, hosts=0)


def end_of_group(
    place: Place, inject: Callable[[], object], within_s: float = 60, without: tuple[str, ...] = ()
) -> Figures:
    """Injects, and measures until the group has ended on every host but those `without` a guard that could say so."""
    figures = Figures()
    nodes = [node for node in place.hosts.names if node not in without]
    begin = time.monotonic()
    inject()

    def is_over() -> bool:
        now = time.monotonic() - begin
        said = [place.said(node) for node in nodes]
        if figures.detected_s is None and any(one.get("cause") for one in said):
            figures.detected_s = now
        if figures.stopping_s is None and all(one.get("phase") in ("stopping", "failed", "stopped") for one in said):
            figures.stopping_s = now
        return figures.stopping_s is not None and not place.processes()

    figures.gone_s = until(is_over, within_s, "the group has ended", 0.01)
    gone = [text for text in place.leftovers() if ": state " not in text]
    assert not gone, f"left by the group itself: {gone}"
    return figures


def cause(place: Place, figures: Figures, **expected: object) -> Figures:
    """`status` exits with 1, and its cause has these values; `text` is a part of its sentence."""
    code, status = place.status()
    found = status["cause"] or {}
    figures.said = found.get("text", "")
    assert status["phase"] == "failed" and code == 1, f"status: exit {code}, {status['phase']}: {found}"
    for name, value in expected.items():
        seen = found.get(name)
        is_right = value in (seen or "") if name == "text" else seen == value
        assert is_right, f"cause.{name} is {seen!r}, expected {value!r}: {figures.said}"
    return figures


@dataclasses.dataclass
class Row:
    fault: Fault
    runs: list[Figures] = dataclasses.field(default_factory=list)
    left: list[str] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)
    why_not: str = ""
    tries: int = 0

    def worst(self, name: str) -> str:
        values = [value for run in self.runs if (value := getattr(run, name)) is not None]
        return f"{max(values):.2f}" if values else ""

    def verdict(self) -> str:
        if self.why_not:
            return f"not on this machine: {self.why_not}"
        good = self.tries - len(self.problems)
        return f"{good} of {self.tries}"

    def seen(self) -> str:
        if self.problems:
            return "**fails**: " + self.problems[0]
        last = self.runs[-1] if self.runs else Figures()
        return "; ".join(text for text in (last.note, f'"{last.said}"' if last.said else "") if text)


ROWS: list[Row] = []  # of this session


def cell(text: str) -> str:
    text = re.sub(r"(/tmp/)?r1f\.\w+", "HOSTS", text)  # the folder of this run
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())[:420]


def line_of(row: Row) -> str:
    fault = row.fault
    words = (
        f"{fault.key}: {fault.name}",
        fault.injected,
        fault.promised,
        row.worst("detected_s"),
        row.worst("stopping_s"),
        row.worst("gone_s"),
        "" if row.why_not else "; ".join(row.left) or "nothing",
        row.verdict(),
        row.seen(),
    )
    return "| " + " | ".join(map(cell, words)) + " |"


def key_of(line: str) -> str:
    return line[2:].partition(":")[0]


def write_table(path: Path, rows: list[Row], facts: list[str]) -> None:
    """Rows of an earlier run that were not measured this time stay."""
    lines = {key_of(line): line for line in read(path).splitlines() if key_of(line) in FAULTS}
    lines |= {row.fault.key: line_of(row) for row in rows}
    absent = sum("| not on this machine" in line for line in lines.values())
    bad = sum("| **fails**" in line for line in lines.values())
    counts = f"{len(lines)} faults: {len(lines) - absent - bad} hold, {bad} fail, {absent} not on this machine."
    head = ["| fault | injected | promised | detected | stopping | gone | left | n of n | seen |", "|" + "---|" * 9]
    text = [*facts, "", counts, "", *head, *(lines[key] for key in sorted(lines))]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
