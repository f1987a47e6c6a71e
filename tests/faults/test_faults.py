# SPDX-License-Identifier: Apache-2.0
"""Every fault of faults_*.py: what must hold holds, and nothing is left. Run time and options: see tests/README.md."""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

import pytest
from measure import FAULTS, ROWS, Fault, NotHere, Row
from place import Places

for _module in sorted(Path(__file__).parent.glob("faults_*.py")):
    importlib.import_module(_module.stem)

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("ip"), reason="hosts are network namespaces: needs root and iproute2"
    ),
    # A fault that does not hold leaves what it had open to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
# How much longer than promised a moment may take here, for each process that wants a core.
PATIENCE = 5


def marks(fault: Fault) -> list[pytest.MarkDecorator]:
    return [] if fault.is_short else [pytest.mark.nightly]


@pytest.mark.parametrize("key", [pytest.param(key, marks=marks(FAULTS[key])) for key in sorted(FAULTS)])
def test_fault(key: str, places: Places, request: pytest.FixtureRequest) -> None:
    fault = FAULTS[key]
    row = Row(fault)
    ROWS.append(row)
    is_nightly = request.config.getoption("--nightly")
    for _ in range(request.config.getoption("--times") or (fault.times if is_nightly else 1)):
        row.tries += 1
        run_once(row, places, is_nightly)
    if row.why_not:
        pytest.skip(row.why_not)
    assert not row.problems, "\n".join(row.problems)


def run_once(row: Row, places: Places, is_nightly: bool) -> None:
    fault, problem = row.fault, ""
    try:
        if fault.hosts == 0:
            fault.run(None)  # type: ignore[arg-type]
        place = places.of(fault.hosts)
        place.spec = place.write_spec()
    except NotHere as reason:
        row.why_not = str(reason)
        return
    try:
        if figures := fault.run(place):
            row.runs.append(figures)
            if is_nightly:
                problem = lateness(fault, figures)
    except NotHere as reason:
        row.why_not = str(reason)
    except AssertionError as error:
        problem = str(error)
    except Exception as error:  # of the measurement itself: the next fault is measured all the same
        problem = f"{type(error).__name__}: {error}"
    try:
        left = place.clear()
    except Exception as error:
        left = [f"{type(error).__name__}: {error}"]
    if left:
        row.left += [text for text in left if text not in row.left]
        problem = problem or f"left: {left}"
    if problem:
        row.problems.append(problem)


def lateness(fault: Fault, figures: object) -> str:
    patience = PATIENCE * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    for name in ("detected_s", "stopping_s", "gone_s"):
        promised, seen = getattr(fault, name), getattr(figures, name)
        if promised is not None and seen is not None and seen > promised * patience:
            return f"{name} is {seen:.2f}, promised {promised:.2f}"
    return ""
