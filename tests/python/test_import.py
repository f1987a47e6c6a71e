# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import r1cluster

ALLOWED_TO_BE_ABSENT = ["numpy", "pandas", "matplotlib", "torch", "IPython", "vllm", "asyncio", "subprocess"]


def run(code: str) -> str:
    """In a fresh interpreter without site-packages, whose environment holds nothing but the path of the package."""
    package = Path(r1cluster.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(package)},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_import_needs_nothing_but_the_package() -> None:
    assert run("import r1cluster; print(r1cluster.__version__)").strip() == r1cluster.__version__


def test_import_loads_nothing_heavy() -> None:
    loaded = run("import sys, r1cluster; print(*sys.modules)").split()
    assert "r1cluster._core" in loaded
    assert [name for name in ALLOWED_TO_BE_ABSENT if name in loaded] == []
