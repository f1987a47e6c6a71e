# SPDX-License-Identifier: Apache-2.0
"""HTML for notebooks. Nothing sets a colour, so that it reads on light and on dark ground alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from ._core import Value, show, show_html
from .config import Settings
from .decision import Decision
from .host import UpResult
from .launch import DeploymentStatus, LaunchPlan
from .memory import MemoryForecast
from .model import Checkpoint
from .shard import EnginePlan
from .speed import SpeedForecast
from .units import Interval, WholeInterval, format_count

_LEFT = ' style="text-align:left"'
_RIGHT = ' style="text-align:right"'


def text_block(text: str) -> str:
    """What the command line prints, in its columns."""
    return f'<pre style="text-align:left;white-space:pre-wrap;background:none;color:inherit">{escape(text)}</pre>\n'


def table(header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Texts to the left, numbers to the right."""

    def cell(item: object) -> str:
        is_number = isinstance(item, (int, float)) and not isinstance(item, bool)
        return f"<td{_RIGHT if is_number else _LEFT}>{escape(in_words(item))}</td>"

    head = "".join(f"<th{_LEFT}>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(map(cell, row)) + "</tr>\n" for row in rows)
    return f"<table>\n<caption{_LEFT}>{escape(caption)}</caption>\n<tr>{head}</tr>\n{body}</table>\n"


def in_words(item: object) -> str:
    """Of one cell."""
    if item is None:
        return ""
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, int):
        return format_count(item) if item >= 0 else str(item)
    if isinstance(item, WholeInterval):
        return f"{item.likely:,} ({item.low:,} to {item.high:,})"
    if isinstance(item, float):
        return f"{item:,.4g}"
    if isinstance(item, Interval):
        return f"{item.likely:,.4g} ({item.low:,.4g} to {item.high:,.4g})"
    if isinstance(item, (list, tuple)):
        is_plain = all(isinstance(one, (str, int, float)) for one in item)
        return ", ".join(map(str, item)) if is_plain else str(len(item))
    return str(getattr(item, "name", item)) if not isinstance(item, (str, Value)) else str(item)


def table_of_values(values: Sequence[Any]) -> str | None:
    """A row for each value of one class, a column for each field that says something; None for other lists."""
    if not values or not isinstance(values[0], Value):
        return None
    names = [
        name for name in values[0]._fields if any(getattr(value, name) not in (None, "", [], {}) for value in values)
    ]
    return table(names, ([getattr(value, name) for name in names] for value in values))


def settings_html(settings: Settings) -> str:
    """A table for each host, then the overrides that r1cluster disagrees with."""
    html = ""
    for host in settings.hosts:
        rows = [[one.name, "left alone" if one.value is None else one.value, one.because] for one in host.settings]
        html += table(["variable", "value", "because"], rows, f"{host.host}, over {host.interface} ({host.address})")
    if settings.findings:
        html += table_of_values(settings.findings) or ""
    return html


def launch_plan_html(plan: LaunchPlan) -> str:
    """A row for each process."""
    rows = [
        [host.host, host.address, process.name, process.ranks, " ".join(process.argv)]
        for host in plan.hosts
        for process in host.processes
    ]
    caption = f"{plan.deployment}: {plan.engine} {plan.engine_version}, {plan.fate.name}"
    return table(["host", "address", "process", "ranks", "command"], rows, caption)


def decision_html(decision: Decision) -> str:
    """The report, the chosen layout, and what was refused."""
    html = show_html(decision.report)
    if decision.layout is not None:
        html += show_html(decision.layout)
    if decision.refusals:
        rows = [[one.step, one.subject, one.because] for one in decision.refusals]
        html += table(["refused step", "subject", "because"], rows)
    return html


def up_result_html(result: UpResult) -> str:
    return show_html(result.report) + text_block(show(result.status))


def extend() -> None:
    """Lets notebooks show what has no HTML of its own in C++."""

    def as_text(value: Any) -> str:
        return text_block(show(value))

    shown: dict[Any, Callable[[Any], str]] = {
        Checkpoint: as_text,
        Decision: decision_html,
        DeploymentStatus: as_text,
        EnginePlan: as_text,
        LaunchPlan: launch_plan_html,
        MemoryForecast: as_text,
        Settings: settings_html,
        SpeedForecast: as_text,
        UpResult: up_result_html,
    }
    for value_class, html in shown.items():
        value_class._repr_html_ = html
