# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import r1cluster


def package_path() -> str:
    return str(Path(r1cluster.__file__).parents[1])


def test_stubs_are_those_of_the_module(source: Path) -> None:
    pytest.importorskip("ruff")
    done = subprocess.run(
        [sys.executable, str(source / "tools" / "update_stubs.py"), "--check"],
        env=os.environ | {"PYTHONPATH": package_path()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "what",
    [
        "python/r1cluster",
        "tests/python/consumer.py",
        "examples/python/05_launch.py",
    ],
)
def test_strict_types_hold(what: str, source: Path) -> None:
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", what],
        cwd=source,
        env=os.environ | {"MYPYPATH": str(source / "python")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_finds_the_mistakes_of_a_consumer_and_nothing_else(source: Path, tmp_path: Path) -> None:
    """Strictly, and with every "type: ignore" needed: mypy and pyright refuse the same lines."""
    pytest.importorskip("pyright")
    shutil.copy(source / "tests" / "python" / "consumer.py", tmp_path)
    config = {
        "include": ["consumer.py"],
        "extraPaths": [str(source / "python")],
        "typeCheckingMode": "strict",
        "reportUnnecessaryTypeIgnoreComment": True,
        "pythonVersion": "3.10",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "pyright", "-p", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
