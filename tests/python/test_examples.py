# SPDX-License-Identifier: Apache-2.0
"""The examples run, and those of C++ and Python print the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import r1cluster

SOURCE = Path(__file__).resolve().parents[2]
PROGRAMS = sorted((SOURCE / "examples" / "python").glob("[0-9]*.py"))


def printed(command: list[str]) -> str:
    package = Path(r1cluster.__file__).parents[1]
    done = subprocess.run(
        command, cwd=SOURCE, env=os.environ | {"PYTHONPATH": str(package)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def cpp_example(name: str) -> Path:
    """Where CMake built it: in the build folder that R1CLUSTER_BUILD_DIR names, or in build/dev."""
    build = Path(os.environ.get("R1CLUSTER_BUILD_DIR", SOURCE / "build" / "dev"))
    return build / "examples" / "cpp" / f"example_{name}"


def test_both_languages_have_the_same_examples() -> None:
    cpp = sorted(p.stem for p in (SOURCE / "examples" / "cpp").glob("[0-9]*.cpp"))
    assert cpp == [p.stem for p in PROGRAMS]
    assert len(cpp) == 5


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_program_prints_what_its_cpp_twin_prints(program: Path) -> None:
    in_python = printed([sys.executable, str(program)])
    assert in_python.strip()
    twin = cpp_example(program.stem)
    if not twin.exists():
        pytest.skip(f"{twin} is not built; R1CLUSTER_BUILD_DIR names another build folder")
    assert in_python == printed([str(twin)])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_program_says_what_is_missing(program: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(program), "/nonexistent"],
        cwd=SOURCE,
        env=os.environ | {"PYTHONPATH": str(Path(r1cluster.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert re.search(r"r1cluster\.NotFound: .*/nonexistent", done.stderr)


@pytest.mark.parametrize("program", PROGRAMS[2:], ids=lambda p: p.stem)
def test_program_says_why_nothing_fits(program: Path, example: Path, tmp_path: Path) -> None:
    spec = tmp_path / "cluster.toml"
    text = (example / "cluster.toml").read_text(encoding="utf-8")
    spec.write_text(f"{text}\n[layout]\ntensor_parallel = 3\n", encoding="utf-8")
    arguments = [str(example / "recording"), str(spec)]
    environment = os.environ | {"PYTHONPATH": str(Path(r1cluster.__file__).parents[1])}

    def refused(command: list[str]) -> str:
        done = subprocess.run(command, cwd=SOURCE, env=environment, capture_output=True, text=True)
        assert done.returncode == (3 if command[0] != sys.executable else 1)
        return done.stderr

    reason = "TP 3: "
    assert reason in refused([sys.executable, str(program), *arguments])
    twin = cpp_example(program.stem)
    if not twin.exists():
        pytest.skip(f"{twin} is not built; R1CLUSTER_BUILD_DIR names another build folder")
    assert reason in refused([str(twin), *arguments])
