# SPDX-License-Identifier: Apache-2.0
"""The part of docs/accuracy.md about memory: forecasts compared with what engines logged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import models
from compared import line

import r1cluster
from r1cluster.memory import MemoryTerm

ROWS = Path(__file__).with_name("memory_rows.json")
GIB = 2**30

# Terms that "Model loading took" and its like have in one number.
OF_WEIGHTS = ("weights", "vocabulary padding", "absorbed matrices", "kv_b_proj in 16 bits", "rotary cache")
OF_ACTIVATIONS = ("activations", "sampler")
OF_NON_TORCH = ("NCCL and kernels", "context and NCCL", "kernels and NCCL", "non-torch", "custom all-reduce")
GIVEN = {
    "weights_gib": "weights_bytes",
    "non_torch_gib": "non_torch_bytes",
    "activations_gib": "activation_bytes",
    "kv_gib": "kv_cache_bytes",
}
TITLES = {
    "weights_gib": "weights, GiB",
    "activations_gib": "activations, GiB",
    "non_torch_gib": "non-torch, GiB",
    "graphs_gib": "CUDA graphs, GiB",
    "kv_gib": "KV cache, GiB",
    "kv_tokens": "KV tokens",
}


def cluster_of(row: dict) -> r1cluster.Cluster:
    total = int(row.get("gpu_gib", row.get("assumed_gpu_gib")) * GIB)
    machines = []
    for host in range(row.get("hosts", 1)):
        gpus = [
            r1cluster.facts.Gpu(
                nvml_index=index,
                name=row.get("gpu", ""),
                compute_capability=row.get("capability", ""),
                memory_bytes=total,
                memory_reserved_bytes=0,  # the log's total has it no more
            )
            for index in range(row.get("gpus", row.get("tensor_parallel", 1)))
        ]
        machines.append(r1cluster.Machine(host=f"host{host}", gpus=gpus))
    return r1cluster.Cluster(machines=machines)


def spec_of(row: dict) -> r1cluster.DeploymentSpec:
    return r1cluster.DeploymentSpec(
        hosts=[r1cluster.HostSpec(name=f"host{host}") for host in range(row.get("hosts", 1))],
        engine=r1cluster.spec.EngineSpec(
            name=row.get("engine", "vllm"),
            version=row["version"],
            gpu_memory_utilization=row["utilization"],
            max_batched_tokens=row.get("max_batched_tokens"),
            max_sequences=row.get("max_sequences"),
            is_eager=row.get("is_eager", False),
            extra_arguments=row.get("arguments", []),
        ),
        serve=r1cluster.spec.ServeSpec(max_model_len=row.get("max_model_len")),
    )


def layout_of(row: dict, checkpoint: r1cluster.Checkpoint) -> r1cluster.Layout:
    """The layout that was measured, whether or not plan() would take it."""
    tensor_parallel = row.get("tensor_parallel", 1)
    partition = row.get("layers_per_stage", [checkpoint.config.layers])
    per_host = row.get("gpus", tensor_parallel)
    ranks = []
    for stage, layers in enumerate(partition):
        for tensor_rank in range(tensor_parallel):
            rank = len(ranks)
            ranks.append(
                r1cluster.layout.RankPlacement(
                    rank=rank,
                    tensor_rank=tensor_rank,
                    pipeline_rank=stage,
                    host=f"host{rank // per_host}",
                    gpu=rank % per_host,
                    first_layer=sum(partition[:stage]),
                    layer_count=layers,
                )
            )
    layout = r1cluster.Layout(
        tensor_parallel=tensor_parallel,
        pipeline_parallel=len(partition),
        layers_per_stage=partition,
        is_expert_parallel=row.get("is_expert_parallel", False),
        engine=r1cluster.engine.choose_engine(spec_of(row), cluster_of(row), checkpoint.config),
        ranks=ranks,
    )
    # Slices of one rank of each stage are enough: only the vocabulary divides unevenly, and not here.
    firsts = layout.replace(ranks=ranks[::tensor_parallel])
    shards = r1cluster.plan_shards(firsts, checkpoint)
    weights = {shard.rank // tensor_parallel: shard.bytes for shard in shards.ranks}
    return layout.replace(ranks=[rank.replace(weight_bytes=weights[rank.pipeline_rank]) for rank in ranks])


def calibration_of(row: dict) -> r1cluster.memory.Calibration:
    given = {GIVEN[name]: round(value * GIB) for name, value in row.get("given", {}).items()}
    if not given:
        return r1cluster.memory.Calibration()
    return r1cluster.memory.Calibration(
        source=row["source"], ranks=[r1cluster.memory.RankCalibration(rank=row.get("rank", 0), **given)]
    )


def sum_of(terms: list[MemoryTerm], names: tuple[str, ...], in_budget: bool | None = None) -> list[float]:
    chosen = [
        term.bytes for term in terms if term.name in names and (in_budget is None or term.is_in_budget == in_budget)
    ]
    return [sum(getattr(part, end) for part in chosen) / GIB for end in ("low", "likely", "high")]


def predicted(row: dict, quantity: str, rank: r1cluster.memory.RankMemory) -> list[float]:
    if quantity == "weights_gib":
        return sum_of(rank.terms, OF_WEIGHTS[:2] if row.get("is_checkpoint_only") else OF_WEIGHTS)
    if quantity == "activations_gib":
        return sum_of(rank.terms, OF_ACTIVATIONS)
    if quantity == "non_torch_gib":
        return sum_of(rank.terms, OF_NON_TORCH, in_budget=True)
    if quantity == "graphs_gib":
        return sum_of(rank.terms, ("CUDA graphs",))
    interval = rank.kv_cache_bytes if quantity == "kv_gib" else rank.kv_tokens
    unit = GIB if quantity == "kv_gib" else 1
    return [interval.low / unit, interval.likely / unit, interval.high / unit]


def is_hit(row: dict, quantity: str, interval: list[float], measured: float) -> bool:
    """Weights within 0.5 %, tokens within 5 % where non-torch memory is given, else inside the interval."""
    error = abs(interval[1] - measured) / measured
    if quantity == "weights_gib":
        return error <= 0.005
    if quantity in ("kv_tokens", "kv_gib") and row.get("given"):
        return error <= 0.05
    rounding = 0.005 if quantity.endswith("_gib") else 0  # of a log
    return interval[0] - rounding <= measured <= interval[2] + rounding


def number(quantity: str, value: float) -> str:
    return f"{value:,.0f}" if quantity == "kv_tokens" else f"{value:.2f}"


def compared(row: dict) -> Iterator[tuple[str, bool]]:
    checkpoint = models.checkpoint(row["model"])
    forecast = r1cluster.forecast_memory(
        spec_of(row), cluster_of(row), checkpoint, layout_of(row, checkpoint), calibration_of(row)
    )
    for quantity, measured in row["measured"].items():
        interval = predicted(row, quantity, forecast.ranks[row["rank"]])
        hit = is_hit(row, quantity, interval, measured)
        low, likely, high = (number(quantity, value) for value in interval)
        yield (
            line(
                row["name"],
                TITLES[quantity],
                likely if low == high else f"{likely} ({low} to {high})",
                number(quantity, measured),
                "hit" if hit else "**miss**",
                f"{(interval[1] - measured) / measured:+.2%}",
            ),
            hit,
        )


def section() -> str:
    rows = json.loads(ROWS.read_text(encoding="utf-8"))
    lines = [entry for row in rows["rows"] for entry in compared(row)]
    hits = sum(hit for _, hit in lines)
    text = [
        "## Memory",
        "",
        f"{hits} of {len(lines)} forecasts hit. A hit means: weights within 0.5 %; KV cache within 5 % if the",
        "forecast used the non-torch memory of the log; every other quantity inside the interval. The error is that of",
        "the likely value.",
        "",
        line("what", "quantity", "forecast", "measured", "", "error"),
        line("---", "---", "---", "---", "---", "---"),
        *(entry for entry, _ in lines),
        "",
        "### The rows and their sources",
        "",
        line("what", "engine", "layout", "given to the forecast", "source"),
        line("---", "---", "---", "---", "---"),
    ]
    for row in rows["rows"]:
        given = ", ".join(f"{TITLES[name]} {value:.2f}" for name, value in row.get("given", {}).items())
        stages = len(row.get("layers_per_stage", [0]))
        layout = f"TP {row.get('tensor_parallel', 1)} x PP {stages}"
        engine = f"{row.get('engine', 'vllm')} {row['version']}"
        text.append(line(row["name"], engine, layout, given or "nothing", row["source"]))
    text += [
        "",
        "### Measurements that cannot be compared",
        "",
        line("what", "because", "source"),
        line("---", "---", "---"),
        *(line(row["name"], row["because"], row["source"]) for row in rows["unmodelled"]),
        "",
    ]
    return "\n".join(text)
