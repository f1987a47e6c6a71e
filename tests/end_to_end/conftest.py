# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the r1cluster executable, run as a user runs it, and what a deployment needs."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.append(str(SOURCE / "tests" / "support"))
from nightly import *  # noqa: E402, F403

PARTS = SOURCE / "examples" / "quickstart"
CLEAN, FINDINGS, WRONG_USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
UP_TIMEOUT_S = 600


class R1cluster:
    """The command line, with state and cache in folders of its own."""

    def __init__(self, binary: Path, home: Path, prefix: tuple[str, ...] = (), options: tuple[str, ...] = ()) -> None:
        self.command = (*prefix, str(binary))
        self.options = options
        self.home = home
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")} | {"HOME": str(home)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.command, *arguments, *self.options],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        try:
            out, error = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            out, error = process.communicate()
            pytest.fail(f"{arguments} did not end within {timeout_s} s:\n{out}{error}")
        return subprocess.CompletedProcess(list(arguments), process.returncode, out, error)

    def status(self, spec: Path) -> tuple[int, dict]:
        done = self("status", str(spec), "--json")
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


class Hosts:
    """Hosts of examples/quickstart/two_hosts.sh, and a client beside them."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self("up", str(count))

    def __call__(self, verb: str, *arguments: str) -> None:
        subprocess.run([PARTS / "two_hosts.sh", verb, self.folder, *arguments], check=True)

    def on(self, host: str) -> tuple[str, ...]:
        """What leads a command to be run there."""
        return (str(PARTS / "two_hosts.sh"), "exec", str(self.folder), host)

    def left(self) -> list[str]:
        """What is on the hosts beside their sshd."""
        done = subprocess.run([PARTS / "two_hosts.sh", "left", self.folder], stdout=subprocess.PIPE, text=True)
        return done.stdout.splitlines()

    def processes(self, host: str) -> list[str]:
        return [line for line in self.left() if line.startswith(f"node{host}: process ")]

    def engine_processes(self, host: str) -> list[str]:
        return [line for line in self.processes(host) if "vllm" in line.lower()]


@contextlib.contextmanager
def hosts_of_this_machine(count: int) -> Iterator[Hosts]:
    """Ended at the end, with everything on them."""
    folder = Path(tempfile.mkdtemp(prefix="r1e.", dir="/tmp"))  # short: sockets of the engine have their path in it
    hosts = Hosts(folder, count)
    try:
        yield hosts
    finally:
        hosts("down")
    assert not folder.exists()
    name = folder.name.replace(".", "-")
    assert name not in subprocess.run(["ip", "netns"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert not list(Path("/sys/fs/cgroup").rglob(f"r1cluster-{folder.name}*"))


def wait_until_empty(left: Callable[[], list[str]], within_s: float) -> None:
    """Until nothing is left of what must go; else fails with what is there."""
    deadline = time.monotonic() + within_s
    while found := left():
        if time.monotonic() > deadline:
            pytest.fail(f"there still after {within_s:.0f} s: {found}")
        time.sleep(0.1)


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
