# SPDX-License-Identifier: Apache-2.0
"""`pytest tests/faults`: the most important faults, once. `--nightly`: all; `--times N`: so often; `--table FILE`: the
table of what was measured."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))
from hosts import SOURCE
from measure import ROWS, write_table
from nightly import pytest_addoption as add_nightly
from nightly import pytest_collection_modifyitems, pytest_configure  # noqa: F401
from place import Places


def pytest_addoption(parser: pytest.Parser) -> None:
    add_nightly(parser)
    parser.addoption("--times", type=int, default=1, help="repeat each fault so often")
    parser.addoption("--table", type=Path, help="write the table of all that was measured to this file")


@pytest.fixture(scope="session")
def binary() -> Path:
    path = Path(os.environ.get("R1CLUSTER_BINARY", SOURCE / "build" / "dev" / "src" / "cli" / "r1cluster"))
    assert path.exists(), f"{path} is not built; R1CLUSTER_BINARY names another one"
    return path


@pytest.fixture(scope="session")
def places(binary: Path) -> Iterator[Places]:
    with ExitStack() as stack:
        yield Places(binary, stack)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if path := session.config.getoption("--table"):
        arguments = " ".join(str(word) for word in session.config.invocation_params.args if word != str(path))
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        facts = [
            "# Faults",
            "",
            "Written by `pytest tests/faults`, not by hand. Seconds since the fault, the worst of all runs; "
            '"gone" counts the guards and their cgroups. "Left" is what was there after `down --purge`.',
            "",
            f"{time.strftime('%Y-%m-%d %H:%M')} UTC, Linux {platform.release().split('-')[0]}, {os.cpu_count()} cores, "
            f"load {load}, stand-in engine; `pytest {arguments}`.",
        ]
        write_table(path, ROWS, facts)
