# SPDX-License-Identifier: Apache-2.0
"""Other tables than the embedded ones, in each function that decides."""

from __future__ import annotations

import inspect
import json
import pickle
from pathlib import Path

import pytest

import r1cluster
from r1cluster import Knowledge
from r1cluster.knowledge import Confidence, Release


def changed(tmp_path: Path) -> Path:
    """A folder with one table, in which every H100 has twice the bandwidth."""
    text = r1cluster.knowledge.embedded_knowledge_files()["gpus.toml"]
    row = Knowledge.embedded().find_gpu_figures("NVIDIA H100 80GB HBM3")
    assert row is not None
    bandwidth = f"memory_gbytes_per_s = {row.memory_gbytes_per_s:g}"
    assert bandwidth in text
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "gpus.toml").write_text(
        text.replace(bandwidth, f"memory_gbytes_per_s = {2 * row.memory_gbytes_per_s:g}"), encoding="utf-8"
    )
    return folder


def test_the_embedded_tables_are_values() -> None:
    tables = Knowledge.embedded()
    assert tables == r1cluster.knowledge.parse_knowledge({})
    assert "vllm" in tables.engines
    assert all(row.source for row in tables.gpus)
    assert tables.gpus[0].confidence in Confidence
    assert pickle.loads(pickle.dumps(tables)) == tables
    row = tables.gpus[0]
    assert pickle.loads(pickle.dumps(row)) == row
    assert hash(row) == hash(r1cluster.knowledge.parse_knowledge({}).gpus[0])
    assert tables.find_gpu_figures("a toaster") is None


def test_a_release_is_text_to_users() -> None:
    release = Release.parse("0.11.1")
    assert str(release) == "0.11.1"
    assert repr(release) == "Release.parse('0.11.1')"
    with pytest.raises(r1cluster.InvalidInput, match='"abc" is not a release'):
        Release.parse("abc")


def test_a_folder_replaces_tables_and_changes_forecasts(tmp_path: Path) -> None:
    tables = r1cluster.load_knowledge(changed(tmp_path))
    assert tables != Knowledge.embedded()
    spec, data = r1cluster.example_spec(), r1cluster.example_recording()
    as_embedded = r1cluster.decide(spec, data)
    other = r1cluster.decide(spec, data, knowledge=tables)
    before, after = as_embedded.plan.best().tpot_ms, other.plan.best().tpot_ms
    assert before is not None
    assert after is not None
    assert after.likely < before.likely


def test_every_function_that_decides_takes_tables() -> None:
    for function in (
        r1cluster.plan_layouts,
        r1cluster.forecast_memory,
        r1cluster.forecast_speed,
        r1cluster.explain_slowness,
        r1cluster.decide,
    ):
        assert "knowledge" in inspect.signature(function).parameters
    for overloaded in (r1cluster.check, r1cluster.diagnose, r1cluster.up):
        assert (overloaded.__doc__ or "").count("knowledge: Knowledge = None") == 2


def test_a_table_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    (tmp_path / "gpus.toml").write_text("[[row]]\nwords = 7\n", encoding="utf-8")
    with pytest.raises(r1cluster.InvalidInput, match=r"gpus\.toml:\d+:\d+:"):
        r1cluster.load_knowledge(tmp_path)
    with pytest.raises(r1cluster.NotFound):
        r1cluster.load_knowledge(tmp_path / "none")


def test_problems_of_tables_are_listed() -> None:
    files = {"thresholds.toml": '[[row]]\nname = "a"\nvalue = 1\n'}
    assert {problem.file for problem in r1cluster.knowledge.lint_knowledge(files)} == {"thresholds.toml"}


def test_rows_are_shown_with_their_source() -> None:
    text = r1cluster.show(Knowledge.embedded(), "gpus")
    assert "H100" in text
    assert json.loads(r1cluster.knowledge.table_json(Knowledge.embedded(), "gpus"))
