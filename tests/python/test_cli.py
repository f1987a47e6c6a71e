# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import r1cluster
from r1cluster import _binary


def package_path() -> str:
    return str(Path(r1cluster.__file__).parents[1])


def test_the_binary_of_the_package_is_found() -> None:
    binary = Path(r1cluster.find_binary())
    assert binary == Path(r1cluster.__file__).parent / "bin" / "r1cluster"
    assert os.access(binary, os.X_OK)


def test_a_script_of_the_same_name_is_not_the_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "r1cluster"
    script.write_text("#!/bin/sh\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(_binary, "__file__", str(tmp_path / "package" / "_binary.py"))
    with pytest.raises(r1cluster.NotFound, match="looking for the r1cluster executable"):
        r1cluster.find_binary()


def test_the_command_is_the_binary() -> None:
    code = "import sys; sys.argv = ['r1cluster', '--version']; from r1cluster._cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": package_path()}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert r1cluster.__version__ in done.stdout
