# SPDX-License-Identifier: Apache-2.0
"""docs/mistakes.md has the message of each mistake as it is now, and each message says what would be right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(os.environ.get("R1CLUSTER_BUILD_DIR", "build/dev")) / "tests" / "programs" / "mistakes"


def test_the_page_of_mistakes_is_up_to_date(source: Path) -> None:
    pytest.importorskip("tomllib")  # Python 3.11
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built; R1CLUSTER_BUILD_DIR names another build folder")
    done = subprocess.run(
        [sys.executable, str(source / "tools" / "mistakes.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_has_forty_mistakes_or_more(source: Path) -> None:
    page = (source / "docs" / "mistakes.md").read_text(encoding="utf-8")
    assert page.count(". Somebody ") >= 40
