# SPDX-License-Identifier: Apache-2.0
"""The verb `knowledge`: tables with their sources, folders that stand in for them, and what is wrong with a folder."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest


class Binary:
    def __init__(self, path: str) -> None:
        self.path = path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.path, *arguments], capture_output=True, text=True, timeout=60)


@pytest.fixture
def binary() -> Binary:
    path = os.environ.get("R1CLUSTER_BINARY")
    if not path:
        pytest.skip("R1CLUSTER_BINARY does not name the r1cluster executable")
    return Binary(path)


def test_without_a_name_it_lists_every_table(binary: Binary) -> None:
    done = binary.run("knowledge")
    assert done.returncode == 0, done.stderr
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert {"gpus", "variables", "checks", "speed_figures", "vllm/features", "vllm/variables"} <= set(names)
    assert names == list(dict.fromkeys(names))


def test_it_shows_a_row_with_its_source(binary: Binary) -> None:
    rows = binary.run("knowledge", "variables").stdout.split("\n\n")
    (row,) = [row for row in rows if row.startswith("name ") and " NCCL_IB_GID_INDEX\n" in row]
    assert "releases                 2.1.4 and later" in row
    assert "source                   NCCL user guide, Environment Variables, NCCL_IB_GID_INDEX" in row
    assert "confidence               verified" in row


def test_a_table_as_json_is_its_list_of_rows(binary: Binary) -> None:
    rows = json.loads(binary.run("knowledge", "vllm/capabilities", "--json").stdout)
    units = [row for row in rows if row["what"] == "fp8 units"]
    assert [row["least"] for row in units] == [89]
    assert all(row["source"] and row["confidence"] for row in rows)


def test_all_of_it_as_json_is_what_its_schema_promises(binary: Binary, source: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
    schema = json.loads((source / "docs" / "schemas" / "knowledge.json").read_text(encoding="utf-8"))
    document = json.loads(binary.run("knowledge", "--json").stdout)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["engines"]["vllm"]["variables"]


def test_an_unknown_table_is_an_error_that_names_the_known_ones(binary: Binary) -> None:
    done = binary.run("knowledge", "colours")
    assert done.returncode == 3
    assert 'looking for the table "colours": no table has this name; known are ' in done.stderr
    assert "vllm/flags" in done.stderr


def test_a_folder_stands_in_for_tables_of_the_same_name(binary: Binary, tmp_path: Path) -> None:
    (tmp_path / "gpu_ids.toml").write_text('[[row]]\ndevice_id = "0x1"\nmodel = "G"\n', encoding="utf-8")
    done = binary.run("knowledge", "gpu_ids", "--knowledge", str(tmp_path))
    assert done.stdout == "device_id                  0x1\n  model                    G\n"


def test_lint_names_file_line_and_column(binary: Binary, tmp_path: Path) -> None:
    (tmp_path / "vllm").mkdir()
    (tmp_path / "gpus.toml").write_text('[[row]]\nwords = "X"\nfp8_tflops = -1\n', encoding="utf-8")
    (tmp_path / "vllm" / "flags.toml").write_text('[[row]]\nflag = "--x"\nsince = "soon"\n', encoding="utf-8")
    done = binary.run("knowledge", "lint", str(tmp_path))
    assert done.returncode == 1, done.stderr
    assert "gpus.toml:3:14: fp8_tflops must be a number of 0 or more, but is -1\n" in done.stdout
    assert 'vllm/flags.toml:3:9: since must be a release such as "0.11.1", but is "soon"\n' in done.stdout


def test_lint_of_a_good_folder_finds_nothing(binary: Binary, tmp_path: Path, source: Path) -> None:
    for table in ("variables", "checks", "speed_figures"):
        text = (source / "src" / "knowledge" / "tables" / f"{table}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{table}.toml").write_text(text, encoding="utf-8")
    done = binary.run("knowledge", "lint", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "no problem\n")


def test_a_wrong_row_ends_every_verb_that_decides_with_its_place(binary: Binary, tmp_path: Path) -> None:
    (tmp_path / "gpus.toml").write_text("[[row]]\nwords = 3\n", encoding="utf-8")
    done = binary.run("show", "--knowledge", str(tmp_path))
    assert done.returncode == 3
    assert "gpus.toml:2:9: words must be a text, but is 3" in done.stderr
