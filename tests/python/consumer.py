# SPDX-License-Identifier: Apache-2.0
"""A program of a user, for mypy --strict: types of fields, of results and of what must not be done. Never run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import r1cluster
from r1cluster import DeploymentSpec, HostSpec, Knowledge, Layout, Report, aio
from r1cluster.facts import Gpu
from r1cluster.layout import RankPlacement, Workload
from r1cluster.spec import Transport
from r1cluster.units import WholeInterval


def make_spec(names: list[str]) -> DeploymentSpec:
    hosts = [HostSpec(name=name, transport=Transport.ssh, env={"A": "1"}) for name in names]
    spec = DeploymentSpec(name="r1", hosts=hosts)
    return spec.replace(hosts=[*spec.hosts, HostSpec(name="last", gpus=[0, 1])])


def plan(spec: DeploymentSpec, tables: Knowledge) -> Layout:
    decision = r1cluster.decide(spec, r1cluster.read(spec), layout=0, knowledge=tables)
    report: Report = decision.report
    if not report.is_clean():
        print(r1cluster.show(report, explain=True))
    assert decision.checkpoint is not None
    best: Layout = decision.plan.best()
    ranks: Sequence[RankPlacement] = best.ranks
    tokens: WholeInterval | None = best.kv_tokens
    print(len(ranks), tokens.likely if tokens is not None else 0, {best: 1}[best])
    forecast = r1cluster.forecast_memory(spec, decision.cluster, decision.checkpoint, best, knowledge=tables)
    print(r1cluster.longest_request(forecast, best, users=32).likely)
    speed = r1cluster.forecast_speed(spec, decision.cluster, decision.checkpoint, best, [Workload(concurrency=8)])
    print(speed.points[0].tpot_ms.likely)
    environment: Mapping[str, str] = decision.require_settings().hosts[0].environment()
    print(environment, r1cluster.to_rows(decision.plan.layouts)[0]["kv_tokens.likely"])
    return best


def gpus_of(spec: DeploymentSpec) -> list[Gpu]:
    return [gpu for machine in r1cluster.interpret(r1cluster.read(spec)).machines for gpu in machine.gpus]


def mistakes(spec: DeploymentSpec) -> None:
    spec.name = "other"  # type: ignore[misc]
    spec.hosts.append(HostSpec())  # type: ignore[attr-defined]
    HostSpec(nmae="a")  # type: ignore[call-arg]
    HostSpec(name=7)  # type: ignore[arg-type]
    r1cluster.decide(spec)  # type: ignore[call-arg]


async def serve(spec: DeploymentSpec) -> None:
    async with await aio.connect(spec) as hosts, await aio.up(hosts) as deployment:
        async for piece in deployment.follow_logs():
            print(piece.host, piece.text)


def serve_here(spec: DeploymentSpec) -> None:
    with r1cluster.connect(spec) as hosts, r1cluster.up(hosts, is_dry_run=True) as deployment:
        print(deployment.result.report.is_clean(), deployment.status().phase.name)
