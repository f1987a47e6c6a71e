# SPDX-License-Identifier: Apache-2.0
"""`pytest tests/faults`: the most important faults, once. `--nightly`: all; `--times N`: so often; `--table FILE`: the
table of what was measured."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
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
from nightly import pytest_collection_modifyitems  # noqa: F401
from nightly import pytest_configure as configure_nightly
from place import Places


def pytest_addoption(parser: pytest.Parser) -> None:
    add_nightly(parser)
    parser.addoption("--times", type=int, help="inject each fault so often, instead of what it says for --nightly")
    parser.addoption("--table", type=Path, help="write the table of all that was measured to this file")


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the executable: a build that goes on beside the tests does not change it, and hosts get no symbols."""
    path = Path(os.environ.get("R1CLUSTER_BINARY", SOURCE / "build" / "dev" / "src" / "cli" / "r1cluster"))
    assert path.exists(), f"{path} is not built; R1CLUSTER_BINARY names another one"
    copy = tmp_path_factory.mktemp("binary") / "r1cluster"
    shutil.copy(path, copy)
    if shutil.which("strip"):
        subprocess.run(["strip", copy], check=True)
    return copy


@pytest.fixture(scope="session")
def places(binary: Path) -> Iterator[Places]:
    with ExitStack() as stack:
        yield Places(binary, stack)


def pytest_configure(config: pytest.Config) -> None:
    configure_nightly(config)
    # Whoever ends the tests ends the hosts, and has the table of what was measured so far.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)


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
