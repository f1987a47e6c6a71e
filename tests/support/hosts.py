# SPDX-License-Identifier: Apache-2.0
"""Hosts on this machine (examples/quickstart/two_hosts.sh), and r1cluster run beside them as a user runs it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PARTS = SOURCE / "examples" / "quickstart"
CLEAN, FINDINGS, WRONG_USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
TCP_LISTEN = "0A"


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
            raise AssertionError(f"{arguments} did not end within {timeout_s} s:\n{out}{error}") from None
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
        self.names = [f"node{i}" for i in range(count)]

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
def hosts_of_this_machine(count: int, prefix: str = "r1e.") -> Iterator[Hosts]:
    """Ended at the end, with everything on them."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))  # short: sockets of the engine have their path in it
    hosts = Hosts(folder, count)
    try:
        yield hosts
    finally:
        hosts("down")
    assert not folder.exists()
    name = folder.name.replace(".", "-")
    assert name not in subprocess.run(["ip", "netns"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert not list(Path("/sys/fs/cgroup").rglob(f"r1cluster-{folder.name}*"))
