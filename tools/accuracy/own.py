# SPDX-License-Identifier: Apache-2.0
"""The part of docs/accuracy.md about our own runs: memory and speed of one start each."""

from __future__ import annotations

import json
from pathlib import Path

import memory
import models
from compared import QUARTER, Compared, ends, line, number

import r1cluster

ROWS = Path(__file__).with_name("own_rows.json")
COMMON = {"version": "0.25.1", "gpu": "NVIDIA H200", "capability": "9.0", "gpu_gib": 139.8, "max_model_len": 8192}
NVLINKS = [r1cluster.facts.NvLink(index=index, is_active=True, version=6, speed_mbps=26562) for index in range(18)]
LOADS = {"": r1cluster.Workload(), "_of_32": r1cluster.Workload(concurrency=32)}
# What counts as near: a share of what was measured.
NEAR = {"weights_gib": 0.005, "kv_tokens": 0.05} | dict.fromkeys(
    ("ttft_ms", "tpot_ms", "tpot_ms_of_32", "output_tokens_per_s_of_32"), QUARTER
)
TITLES = {
    "weights_gib": "weights, GiB",
    "graphs_gib": "CUDA graphs, GiB",
    "kv_tokens": "KV tokens",
    "ttft_ms": "TTFT of 1, ms",
    "tpot_ms": "TPOT of 1, ms",
    "tpot_ms_of_32": "TPOT of 32, ms",
    "output_tokens_per_s_of_32": "tokens/s of 32",
}


def cluster_of(row: dict) -> r1cluster.Cluster:
    """Two hosts of one address: both are this machine."""
    cluster = memory.cluster_of(row)
    machines = [
        machine.replace(gpus=[gpu.replace(nvlinks=NVLINKS) for gpu in machine.gpus]) for machine in cluster.machines
    ]
    ways = [("host0", "host1"), ("host1", "host0")] if len(machines) > 1 else []
    paths = [
        r1cluster.facts.HostPath(from_=a, to=b, interface="lo", from_address="127.0.0.1", to_address="127.0.0.1")
        for a, b in ways
    ]
    return cluster.replace(machines=machines, paths=paths)


def compared(row: dict) -> list[Compared]:
    row = COMMON | row
    spec, cluster, checkpoint = memory.spec_of(row), cluster_of(row), models.checkpoint(row["model"])
    layout = memory.layout_of(row, checkpoint)
    kept = r1cluster.forecast_memory(spec, cluster, checkpoint, layout)
    forecast = {
        name: max((memory.predicted(row, name, rank) for rank in kept.ranks), key=lambda interval: interval[1])
        for name in ("weights_gib", "graphs_gib")
    }
    forecast["kv_tokens"] = ends(kept.kv_tokens)
    points = r1cluster.forecast_speed(spec, cluster, checkpoint, layout, list(LOADS.values())).points
    for ending, point in zip(LOADS, points, strict=True):
        for name in ("ttft_ms", "tpot_ms", "output_tokens_per_s"):
            forecast[name + ending] = ends(getattr(point, name))
    return [
        Compared(row["name"], name, forecast[name], measured, 0.005 if name.endswith("_gib") else 0)
        for name, measured in row["measured"].items()
    ]


def rows() -> list[dict]:
    return json.loads(ROWS.read_text(encoding="utf-8"))["rows"]


def speeds() -> list[Compared]:
    """The rows that count for the accuracy that a forecast states."""
    return [one for row in rows() for one in compared(row) if one.quantity in ("tpot_ms", "output_tokens_per_s_of_32")]


def is_near(found: Compared) -> bool:
    return found.is_within(NEAR[found.quantity]) if found.quantity in NEAR else found.is_inside


def cell(found: Compared | None) -> str:
    if found is None:
        return ""
    text = f"{number(found.interval[1])} / {number(found.measured)} ({found.error:+.1%})"
    if not found.is_inside:
        text += " **outside**"
    return text if is_near(found) else f"{text} **off**"


def section() -> str:
    found = {row["name"]: {one.quantity: one for one in compared(row)} for row in rows()}
    text = [
        "## Our own runs",
        "",
        "[Two H200](measurements/2026-11-22-two-h200-forecasts.md) of one machine and",
        "[one H100](measurements/2026-11-22-one-h100-forecasts.md), vLLM 0.25.1, random weights",
        "(`--load-format dummy`). `2node` means two hosts with one GPU each, over sockets on loopback. The linked",
        "pages have the forecasts made before the runs; the table has those of this version. A cell is likely value /",
        "measured value (error); **outside** means outside the interval, **off** an error above the limit in the",
        "second table.",
        "",
        line("run", *TITLES.values()),
        line(*["---"] * (1 + len(TITLES))),
        *(line(f"`{name}`", *(cell(of_run.get(key)) for key in TITLES)) for name, of_run in found.items()),
        "",
        line("quantity", "runs", "within the limit", "inside the interval", "limit of the error"),
        line(*["---"] * 5),
    ]
    for quantity, title in TITLES.items():
        some = [of_run[quantity] for of_run in found.values() if quantity in of_run]
        near = f"{NEAR[quantity]:.1%}" if quantity in NEAR else "the interval"
        counts = (len(some), sum(is_near(one) for one in some), sum(one.is_inside for one in some))
        text.append(line(title, *map(str, counts), near))
    return "\n".join([*text, ""])
