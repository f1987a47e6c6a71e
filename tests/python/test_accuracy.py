# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import r1cluster


def test_the_page_on_accuracy_is_what_its_program_writes(source: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(source / "tools" / "accuracy" / "generate.py"), "--check"],
        env=os.environ | {"PYTHONPATH": str(Path(r1cluster.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
