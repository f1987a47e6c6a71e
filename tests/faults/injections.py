# SPDX-License-Identifier: Apache-2.0
"""How faults are made, and what is asked of r1cluster meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from hosts import FAILED, FINDINGS
from measure import Figures, NotHere
from place import Place, read, until


@contextlib.contextmanager
def mounted(place: Place, node: str, target: Path, *arguments: str) -> Iterator[None]:
    """A mount that this host alone sees."""
    on(place, node[-1], "mount", *arguments, str(target))
    try:
        yield
    finally:
        on(place, node[-1], "umount", "-l", str(target))


def on(place: Place, node: str, *command: str) -> str:
    done = subprocess.run([*place.hosts.on(node), *command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command} on {node}: {done.stderr}"
    return done.stdout


AGENT_LEAVES_S = 10  # when it has read the end of its connection


def fails_to_start(place: Place, *words: str, options: tuple[str, ...] = ()) -> Figures:
    """`up` does not become ready, says these words, and has undone everything when it ends."""
    begin = time.monotonic()
    done = place.r1cluster("up", str(place.spec), *options, timeout_s=120)
    figures = Figures(detected_s=time.monotonic() - begin)
    text = done.stdout + done.stderr
    assert done.returncode in (FINDINGS, FAILED), f"exit {done.returncode}: {text[-600:]}"
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in: {text[-700:]}"
    until(lambda: not place.processes(), AGENT_LEAVES_S, "the agents to leave")
    telling = [line.strip() for line in text.splitlines() if words[-1] in line]
    figures.said = telling[-1] if telling else ""
    return figures


def findings(place: Place, spec: Path | None = None) -> tuple[float, str]:
    """What `check` prints, and after how many seconds."""
    begin = time.monotonic()
    done = place.r1cluster("check", str(spec or place.spec), timeout_s=90)
    return time.monotonic() - begin, done.stdout + done.stderr


def kill(place: Place, node: str, *words: str, number: int = signal.SIGKILL) -> int:
    pid = place.pid(node, *words)
    os.kill(pid, number)
    return pid


@contextlib.contextmanager
def filtered(place: Place, node: str, *rules: str) -> Iterator[None]:
    """nftables rules of chains `input` and `output` on a host."""
    if not shutil.which("nft"):
        raise NotHere("nft is not installed")
    hooks = "".join(
        f"add chain inet faults {name} {{ type filter hook {name} priority 0; }}\n" for name in ("input", "output")
    )
    on(place, node[-1], "nft", "add table inet faults\n" + hooks)
    try:
        for rule in rules:
            on(place, node[-1], "nft", f"add rule inet faults {rule}")
        yield
    finally:
        on(place, node[-1], "nft", "delete table inet faults")


@contextlib.contextmanager
def shell_startup(place: Place, node: str, text: str) -> Iterator[None]:
    """What a login shell of the host does before the agent's command."""
    path = place.folder / node / "home" / ".bashrc"
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()


def refused_status(place: Place, *options: str) -> tuple[float, str]:
    """What `status` says of node1, which cannot be asked, and after how many seconds."""
    begin = time.monotonic()
    done = place.r1cluster("status", str(place.spec), "--json", *options, timeout_s=90)
    seconds = time.monotonic() - begin
    host = next(one for one in json.loads(done.stdout)["hosts"] if one["host"] == "node1")
    assert host["phase"] == "unknown" and done.returncode in (FINDINGS, FAILED), (done.returncode, host)
    return seconds, host["because"]


ASK = """
import http.client, sys, time
end, served, lost = time.monotonic() + float(sys.argv[1]), 0, 0
while time.monotonic() < end:
    try:
        api = http.client.HTTPConnection("10.77.0.1", 8000, timeout=10)
        api.request("POST", "/v1/completions", "{}")
        served += api.getresponse().status == 200
    except OSError:
        lost += 1
        time.sleep(0.05)
print(served, lost)
"""


@contextlib.contextmanager
def asking(place: Place, seconds: float) -> Iterator[list[int]]:
    """One request after the other; at the end [answered, lost]."""
    command = [*place.hosts.on("client"), "python3", "-c", ASK, str(seconds)]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    counts: list[int] = []
    try:
        yield counts
    finally:
        counts += map(int, client.communicate(timeout=seconds + 60)[0].split())


def engine_pids(place: Place) -> set[int]:
    """All but agents, which come and go."""
    return {pid for pid, line in place.processes().items() if not line.endswith(" agent")}


def children_of(pid: int) -> list[int]:
    """And theirs."""
    try:
        found = [
            int(word)
            for task in os.listdir(f"/proc/{pid}/task")
            for word in read(Path(f"/proc/{pid}/task/{task}/children")).split()
        ]
    except OSError:
        return []
    return found + [below for child in found for below in children_of(child)]


def words_of(pid: int) -> str:
    return read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def guard_of(place: Place, node: str) -> int:
    return int(place.said(node)["guard_pid"])


CLIENT, NODE0, NODE1 = "10.77.0.254", "10.77.0.1", "10.77.0.2"


def remove(group: Path) -> bool:
    try:
        group.rmdir()
    except OSError:
        return False
    return True


def remove_group(group: Path) -> bool:
    for pid in (group / "cgroup.procs").read_text().split():
        with contextlib.suppress(OSError):
            (group.parent / "cgroup.procs").write_text(pid, encoding="utf-8")
    try:
        group.rmdir()
    except OSError:
        return False
    return True
