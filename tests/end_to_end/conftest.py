# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the r1cluster executable, run as a user runs it, and what a deployment needs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.append(str(SOURCE / "tests" / "support"))
from hosts import (  # noqa: E402, F401
    CLEAN,
    FAILED,
    FINDINGS,
    INTERRUPTED,
    PARTS,
    WRONG_USAGE,
    Hosts,
    R1cluster,
    hosts_of_this_machine,
)
from nightly import *  # noqa: E402, F403

UP_TIMEOUT_S = 600


def wait_until_empty(left: Callable[[], list[str]], within_s: float) -> None:
    """Until nothing is left of what must go; else fails with what is there."""
    deadline = time.monotonic() + within_s
    while found := left():
        if time.monotonic() > deadline:
            pytest.fail(f"there still after {within_s:.0f} s: {found}")
        time.sleep(0.1)


def write_environment(folder: Path, packages: list[str], program: str, interpreter: str = sys.executable) -> Path:
    """An environment of Python, as r1cluster reads one, whose interpreter runs a program of tests/programs instead."""
    for package in packages:
        (folder / "lib" / "python3.11" / "site-packages" / f"{package}.dist-info").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("version = 3.11.2\n", encoding="utf-8")
    python = folder / "bin" / "python"
    python.parent.mkdir()
    text = (SOURCE / "tests" / "programs" / program).read_text(encoding="utf-8")
    python.write_text(f"#!{interpreter} -SE\n{text}", encoding="utf-8")
    python.chmod(0o755)
    return python


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def binary() -> Path:
    path = Path(os.environ.get("R1CLUSTER_BINARY", SOURCE / "build" / "dev" / "src" / "cli" / "r1cluster"))
    assert path.exists(), f"{path} is not built; R1CLUSTER_BINARY names another one"
    return path


@pytest.fixture(scope="session")
def engine_python() -> str:
    """The engine's environment, made on first use."""
    done = subprocess.run([PARTS / "engine.sh"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(os.environ.get("R1CLUSTER_CACHE", base + "/r1cluster"))


@pytest.fixture(scope="session")
def tiny_model(cache: Path, engine_python: str) -> Path:
    """The checkpoint of examples/quickstart, made on first use."""
    import hashlib

    program = PARTS / "tiny_model.py"
    folder = cache / f"tiny-r1-{hashlib.sha256(program.read_bytes()).hexdigest()[:8]}"
    subprocess.run([engine_python, program, folder], check=True)
    return folder


@pytest.fixture
def here(binary: Path, tmp_path: Path) -> Iterator[R1cluster]:
    """r1cluster for hosts on this machine; no process of it is left at the end."""
    home = tmp_path / "home"
    home.mkdir()
    yield R1cluster(binary, home)
    left = processes_with(f"HOME={home}")
    assert not left, left


def processes_with(variable: str) -> list[str]:
    """Command lines of processes whose environment holds this."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found
