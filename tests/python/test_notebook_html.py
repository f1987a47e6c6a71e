# SPDX-License-Identifier: Apache-2.0
"""What a notebook shows of values, and what the first guesses of a user do."""

from __future__ import annotations

import re
from typing import Any

import pytest

import r1cluster
from r1cluster import Decision, EngineLog, Machine


@pytest.fixture(scope="module")
def decision() -> Decision:
    return r1cluster.decide(r1cluster.example_spec(), r1cluster.example_recording())


def shown(decision: Decision) -> dict[str, Any]:
    layout = decision.require_layout()
    assert decision.checkpoint is not None
    inputs = (decision.spec, decision.cluster, decision.checkpoint, layout)
    return {
        "Checkpoint": decision.checkpoint,
        "Cluster": decision.cluster,
        "Decision": decision,
        "LaunchPlan": decision.launch_plan,
        "Layout": layout,
        "Machine": decision.cluster.machines[0],
        "MemoryForecast": r1cluster.forecast_memory(*inputs),
        "Plan": decision.plan,
        "Report": decision.report,
        "Settings": decision.settings,
        "SpeedForecast": r1cluster.forecast_speed(*inputs, [r1cluster.Workload()]),
        "list": decision.plan.layouts,
    }


def test_what_people_ask_for_has_html(decision: Decision) -> None:
    for name, value in shown(decision).items():
        html = value._repr_html_()
        assert html, name
        assert "<pre" in html or "<table" in html or html == "<p><strong>ready</strong></p>\n", name


def test_every_cell_says_its_alignment_and_nothing_sets_a_colour_of_text(decision: Decision) -> None:
    for name, value in shown(decision).items():
        html = re.sub(r"<svg.*?</svg>", "", value._repr_html_(), flags=re.S)
        for cell in re.findall(r"<(?:td|th)\b[^>]*>|<pre\b[^>]*>", html):
            assert "text-align:" in cell, (name, cell)
        assert not re.search(r"color:(?!inherit)", html), name


def test_html_escapes_what_values_say() -> None:
    log = EngineLog(host="<b>", text="<script>")
    html = r1cluster.report.Report._repr_html_(r1cluster.diagnose([log]))
    assert "<script>" not in html
    table = r1cluster.DeploymentSpec(hosts=[r1cluster.HostSpec(name="<i>")]).hosts._repr_html_()  # type: ignore[attr-defined]
    assert "<i>" not in table
    assert "&lt;i&gt;" in table


def test_a_list_without_values_is_shown_as_text() -> None:
    assert r1cluster.HostSpec(gpus=[1]).gpus._repr_html_() is None  # type: ignore[union-attr]


def test_diagnose_takes_the_text_of_a_log() -> None:
    text = "ModuleNotFoundError: No module named 'flashinfer'\n"
    report = r1cluster.diagnose(text)
    assert report.findings[0].id == "log.missing_module"
    assert [f.id for f in r1cluster.diagnose([EngineLog(text=text)]).findings] == [f.id for f in report.findings]


def test_a_picture_of_what_was_discovered() -> None:
    readings = r1cluster.discover()
    assert r1cluster.to_svg(readings) == r1cluster.to_svg(r1cluster.interpret(readings))
    assert r1cluster.show(readings) == r1cluster.show(r1cluster.interpret(readings))


def test_the_environment_has_no_none(decision: Decision) -> None:
    host = decision.require_settings().hosts[0]
    assert any(setting.value is None for setting in host.settings)
    assert host.environment() == {s.name: s.value for s in host.settings if s.value is not None}


def test_the_best_layout_or_the_reason(decision: Decision) -> None:
    assert decision.plan.best() is decision.plan.best() or decision.plan.best() == decision.plan.layouts[0]
    assert decision.checkpoint is not None
    spec = decision.spec.replace(layout={"tensor_parallel": 3})
    plan = r1cluster.plan_layouts(spec, decision.cluster, decision.checkpoint)
    with pytest.raises(r1cluster.InvalidInput, match=re.escape(plan.rejected[0].because)):
        plan.best()


def test_two_layouts_compare(decision: Decision) -> None:
    first, second = decision.plan.layouts[:2]
    differences = r1cluster.compare(first, second)
    assert differences[0].what == "layout"
    assert r1cluster.show(differences).startswith("layout ")
    assert r1cluster.compare(first, first) == []


def test_requests_of_several_users_are_shorter(decision: Decision) -> None:
    layout = decision.require_layout()
    forecast = shown(decision)["MemoryForecast"]
    one = r1cluster.longest_request(forecast, layout, users=1)
    many = r1cluster.longest_request(forecast, layout, users=100_000)
    assert one.likely >= many.likely
    assert many.likely % layout.engine.block_size == 0


def test_an_empty_machine_has_html() -> None:
    assert "<svg " in Machine()._repr_html_()
