# SPDX-License-Identifier: Apache-2.0
"""The part of docs/accuracy.md about speed: forecasts compared with measurements."""

from __future__ import annotations

import json
from pathlib import Path

import models
from compared import QUARTER, Compared, ends, line, number

import r1cluster
from r1cluster.facts import Gpu, Hca
from r1cluster.spec import EngineSpec

ROWS = Path(__file__).with_name("speed_rows.json")
QUANTITIES = {
    "tpot_ms": "ms a token",
    "output_tokens_per_s": "tokens/s",
}


def config_of(row: dict) -> r1cluster.model.ModelConfig:
    config = r1cluster.model.parse_config(json.dumps(models.CONFIGS[row["model"]]))
    if "quantization" in row:
        config = config.replace(quantization=r1cluster.model.Quantization(method=row["quantization"]))
    return config


def cluster_of(row: dict) -> r1cluster.Cluster:
    hosts, gpus = row.get("hosts", 1), range(row["gpus"])
    port = r1cluster.facts.HcaPort(
        state=r1cluster.facts.HcaPortState.active, link_layer=r1cluster.facts.LinkLayer.infiniband, rate_gbps=400
    )
    return r1cluster.Cluster(
        machines=[
            r1cluster.Machine(
                host=f"host{host}",
                gpus=[Gpu(nvml_index=index, name=row["gpu"], memory_bytes=80 * 2**30) for index in gpus],
                hcas=[Hca(name=f"mlx5_{index}", ports=[port]) for index in gpus] if hosts > 1 else [],
            )
            for host in range(hosts)
        ]
    )


def layout_of(row: dict, layers: int, engine: r1cluster.engine.Engine) -> r1cluster.Layout:
    stages, gpus = row.get("hosts", 1), row["gpus"]
    partition = r1cluster.engine.default_partition(layers, stages)
    ranks = [
        r1cluster.layout.RankPlacement(
            rank=stage * gpus + gpu,
            tensor_rank=gpu,
            pipeline_rank=stage,
            host=f"host{stage}",
            gpu=gpu,
            layer_count=partition[stage],
            weight_bytes=int(row["rank_weights_gib"] * 2**30),
        )
        for stage in range(stages)
        for gpu in range(gpus)
    ]
    return r1cluster.Layout(
        tensor_parallel=gpus, pipeline_parallel=stages, layers_per_stage=partition, ranks=ranks, engine=engine
    )


def forecast_of(row: dict) -> r1cluster.SpeedForecast:
    config = config_of(row)
    spec = r1cluster.DeploymentSpec(
        hosts=[r1cluster.HostSpec(name=f"host{host}") for host in range(row.get("hosts", 1))],
        engine=EngineSpec(name=row["engine"], version=row["version"], is_eager=row.get("is_eager", False)),
    )
    cluster = cluster_of(row)
    return r1cluster.forecast_speed(
        spec,
        cluster,
        r1cluster.Checkpoint(config=config),
        layout_of(row, config.layers, r1cluster.engine.choose_engine(spec, cluster, config)),
        [r1cluster.Workload(**row["workload"])],
    )


def compared(row: dict) -> Compared:
    """The quantity that counts: the time per token where it was measured."""
    quantity = next(name for name in QUANTITIES if name in row["measured"])
    point = forecast_of(row).points[0]
    return Compared(row["name"], quantity, ends(getattr(point, quantity)), row["measured"][quantity])


def rows() -> list[dict]:
    return json.loads(ROWS.read_text(encoding="utf-8"))["rows"]


def entry(found: Compared) -> str:
    low, likely, high = (number(value) for value in found.interval)
    return line(
        found.name,
        QUANTITIES[found.quantity],
        f"{likely} ({low} to {high})",
        number(found.measured),
        "hit" if found.is_within(QUARTER) else "**miss**",
        "inside" if found.is_inside else "**outside**",
        f"{found.error:+.0%}",
    )


def section() -> str:
    published = json.loads(ROWS.read_text(encoding="utf-8"))
    accuracy = forecast_of(published["rows"][0]).accuracy
    text = [
        "## Speed",
        "",
        f"{accuracy[0].upper()}{accuracy[1:]}: the comparison is not a test on unseen data.",
        "A hit is a likely value within 25 %. [speed.md](speed.md) has the formulas.",
        "",
        line("what", "quantity", "forecast", "measured", "within 25 %", "interval", "error"),
        line(*["---"] * 7),
        *(entry(compared(row)) for row in published["rows"]),
        "",
        "### The rows and their sources",
        "",
        line("what", "engine", "GPUs", "load", "source"),
        line(*["---"] * 5),
    ]
    for row in published["rows"]:
        load = row["workload"]
        text.append(
            line(
                row["name"],
                f"{row['engine']} {row['version']}{', eager' if row.get('is_eager') else ''}",
                f"{row.get('hosts', 1)} x {row['gpus']} {row['gpu']}",
                f"{load['concurrency']} x {load['prompt_tokens']} -> {load['output_tokens']}",
                row["source"],
            )
        )
    text += [
        "",
        "### Measurements that cannot be compared",
        "",
        line("what", "because", "source"),
        line("---", "---", "---"),
        *(line(row["name"], row["because"], row["source"]) for row in published["unmodelled"]),
        "",
    ]
    return "\n".join(text)
