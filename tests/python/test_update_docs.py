# SPDX-License-Identifier: Apache-2.0
"""tools/update_docs.py puts tables between their markers, and says where a page is not what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tomllib", reason="Python is older than 3.11")


def update(source: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    tool = Path(__file__).resolve().parents[2] / "tools" / "update_docs.py"
    return subprocess.run([sys.executable, str(tool), *arguments, str(source)], capture_output=True, text=True)


@pytest.fixture
def copy(source: Path, tmp_path: Path) -> Path:
    """The tables and the pages of the source."""
    for folder in ("src", "docs"):
        for path in [*source.glob(f"{folder}/**/*.toml"), *source.glob(f"{folder}/*.md")]:
            target = tmp_path / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_a_page_that_is_edited_by_hand_is_found_and_written_anew(copy: Path) -> None:
    page = copy / "docs" / "settings.md"
    before = page.read_text(encoding="utf-8")
    assert update(copy, "--check").returncode == 0
    page.write_text(before.replace("`GLOO_SOCKET_IFNAME`", "`GLOO_IFNAME`", 1), encoding="utf-8")
    done = update(copy, "--check")
    assert done.returncode == 1
    assert "-| `GLOO_IFNAME` " in done.stdout
    assert update(copy).returncode == 0
    assert page.read_text(encoding="utf-8") == before


def test_a_new_row_appears_in_the_page(copy: Path) -> None:
    table = copy / "src" / "knowledge" / "tables" / "variables.toml"
    row = '\n[[row]]\nname = "NCCL_NVLS_ENABLE"\nread_by = "NCCL"\ndoes = "d"\n'
    row += 'decision = "leave"\nbecause = "b"\nsource = "s"\n'
    table.write_text(table.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert update(copy, "--check").returncode == 1
    assert update(copy).returncode == 0
    assert "| `NCCL_NVLS_ENABLE` | d | b |" in (copy / "docs" / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("<!-- update_docs.py: checks -->", "<!-- update_docs.py: cheques -->", "has no line"),
        ("<!-- end of checks -->", "", "has no line"),
    ],
)
def test_a_wrong_marker_is_an_error_that_names_the_page(copy: Path, before: str, after: str, message: str) -> None:
    page = copy / "docs" / "checks.md"
    page.write_text(page.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    done = update(copy)
    assert done.returncode == 1
    assert str(page) in done.stderr
    assert message in done.stderr
