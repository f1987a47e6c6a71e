# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import r1cluster


def test_the_page_on_accuracy_is_what_its_program_writes(source: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(source / "tools" / "accuracy" / "generate.py"), "--check"],
        env=os.environ | {"PYTHONPATH": str(Path(r1cluster.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_forecast_of_speed_knows_how_far_others_were_off(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(source / "tools" / "accuracy")
    import own
    import speed

    published = [speed.compared(row) for row in speed.rows()]
    counts = [
        count
        for some in (published, own.speeds())
        for count in (len(some), sum(one.is_within(0.25) for one in some), sum(one.is_inside for one in some))
    ]
    accuracy = speed.forecast_of(speed.rows()[0]).accuracy
    assert [int(text) for text in re.findall(r"\d+(?! %)\b", accuracy)] == counts
    assert 3 * counts[1] >= 2 * counts[0]
