# SPDX-License-Identifier: Apache-2.0
"""What the command line prints with --json is what docs/schemas promises."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
referencing = pytest.importorskip("referencing", reason="jsonschema is older than 4.18")


@pytest.fixture
def binary() -> str:
    path = os.environ.get("R1CLUSTER_BINARY")
    if not path:
        pytest.skip("R1CLUSTER_BINARY does not name the r1cluster executable")
    return path


def validator(source: Path, name: str) -> Any:
    """Of docs/schemas/NAME.json, which may refer to its neighbours by their file names."""
    files = (source / "docs" / "schemas").glob("*.json")
    schemas = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
    registry = referencing.Registry().with_contents(schemas.items())
    return jsonschema.Draft202012Validator({"$ref": f"{name}.json"}, registry=registry)


def test_every_schema_is_one(source: Path) -> None:
    files = sorted((source / "docs" / "schemas").glob("*.json"))
    assert len(files) == 15
    for file in files:
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("show", "cluster"),
        ("plan", "plan"),
        ("check", "report"),
        ("config", "settings"),
        ("launch", "launch_plan"),
    ],
)
def test_verbs_on_a_recording(source: Path, example: Path, binary: str, verb: str, name: str) -> None:
    command = [binary, verb, str(example / "cluster.toml"), "--from", str(example / "recording"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    validator(source, name).validate(json.loads(done.stdout))


def test_a_schema_refers_to_its_neighbours(source: Path) -> None:
    """UpResult holds documents of other verbs, without their envelopes."""
    report = {"findings": [], "checked": []}
    results = validator(source, "up_result")
    errors = list(results.iter_errors({"report": report | {"findings": [{"id": 1}]}}))
    assert [error.message for error in errors if list(error.path) == ["report", "findings", 0, "id"]] == [
        "1 is not of type 'string'"
    ]
    assert not [error for error in results.iter_errors({"report": report}) if "report" in error.path]


def test_this_machine(source: Path, binary: str) -> None:
    done = subprocess.run([binary, "show", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    validator(source, "cluster").validate(json.loads(done.stdout))


def test_a_log(source: Path, binary: str, tmp_path: Path) -> None:
    log = tmp_path / "head.log"
    log.write_text("ValueError: nobody knows\n", encoding="utf-8")
    done = subprocess.run([binary, "diagnose", str(log), "--json"], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    validator(source, "report").validate(json.loads(done.stdout))


def test_an_unknown_field_is_refused(source: Path) -> None:
    report = {"schema": "r1cluster.report", "version": 1, "findings": [], "checked": []}
    reports = validator(source, "report")
    reports.validate(report)
    with pytest.raises(jsonschema.ValidationError):
        reports.validate(report | {"more": 1})
    with pytest.raises(jsonschema.ValidationError):
        reports.validate(report | {"version": 2})
