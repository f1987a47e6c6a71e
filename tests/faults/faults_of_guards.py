# SPDX-License-Identifier: Apache-2.0
"""Guards that die, freeze, cannot start or meet strangers."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from hosts import CLEAN
from injections import engine_pids, filtered, guard_of
from measure import GONE_S, Figures, end_of_group, fault
from place import Place, until

GUARD_PORT = 18000


def kill_guard(place: Place, node: str, said_by: str) -> Figures:
    with place.serving():
        guard = guard_of(place, node)
        figures = end_of_group(place, lambda: os.kill(guard, signal.SIGKILL), without=(node,))
        figures.said = place.said(said_by)["cause"]["text"]
    return figures


@fault(
    "W1",
    "SIGKILL to the guard of node1",
    "its watchdog ends the engine; peers say so within 5 s",
    times=5,
    is_short=True,
    detected_s=5.0,
    gone_s=GONE_S,
)
def guard_dies(place: Place) -> Figures:
    """A guard that is killed leaves nothing, and is missed by the others at once."""
    figures = kill_guard(place, "node1", said_by="node0")
    assert "the guard on node1 closed its connection to node0" in figures.said, figures.said
    return figures


@fault(
    "W1b",
    "SIGKILL to the guard of the head",
    "its watchdog ends the engine; peers say so within 5 s",
    times=3,
    detected_s=5.0,
    gone_s=GONE_S,
)
def guard_of_head_dies(place: Place) -> Figures:
    """The head's guard that is killed leaves nothing, and is missed at once."""
    figures = kill_guard(place, "node0", said_by="node1")
    assert "the guard on node0 closed its connection to node1" in figures.said or "rank 1" in figures.said, figures.said
    return figures


@fault(
    "W3",
    "SIGSTOP to the guard of node1, then `down`",
    "`down` ends it by force, with all that it guarded",
    times=2,
    gone_s=2 * GONE_S,
)
def guard_freezes(place: Place) -> Figures:
    """A frozen guard can be removed."""
    with place.serving():
        os.kill(guard_of(place, "node1"), signal.SIGSTOP)
        begin = time.monotonic()
        done = place.r1cluster("down", str(place.spec), "--purge", timeout_s=120)
        figures = Figures(gone_s=time.monotonic() - begin)
        assert done.returncode == CLEAN, done.stderr
        assert not place.processes(), place.processes()
        figures.said = next((line.strip() for line in done.stdout.splitlines() if "force" in line), "")
    return figures


@fault(
    "W4",
    "SIGSTOP to the guard of node1, then `status`",
    "`status` has the others, names node1, within 10 s",
    detected_s=10.0,
)
def guard_is_silent(place: Place) -> Figures:
    """A guard that does not answer makes `status` wait for a moment only."""
    with place.serving():
        guard = guard_of(place, "node1")
        os.kill(guard, signal.SIGSTOP)
        begin = time.monotonic()
        _, status = place.status()
        figures = Figures(detected_s=time.monotonic() - begin)
        os.kill(guard, signal.SIGCONT)
        host = next(one for one in status["hosts"] if one["host"] == "node1")
        assert host["phase"] == "unknown", host
        figures.said = host["because"]
    return figures


FLOOD = """
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (12000, 12000))
held = []
end = time.monotonic() + 5
while len(held) < 9000 and time.monotonic() < end:
    s = socket.socket(); s.setblocking(False)
    try: s.connect(("10.77.0.1", 18000))
    except BlockingIOError: pass
    held.append(s)
print(len(held), flush=True)
time.sleep(4)
"""


@fault(
    "B6",
    "up to 9,000 connections without a token to the guard link in 5 s, then the link is lost for 1 s",
    "the link comes back; the service lives",
    times=2,
)
def flood_of_the_link(place: Place) -> Figures:
    """Strangers cannot end the guard link."""
    with place.serving():
        before = engine_pids(place)
        flood = subprocess.Popen([*place.hosts.on("client"), "python3", "-c", FLOOD], stdout=subprocess.PIPE, text=True)
        assert flood.stdout
        count = int(flood.stdout.readline())
        with filtered(place, "node1", f"output ip daddr 10.77.0.1 tcp dport {GUARD_PORT} reject with tcp reset"):
            time.sleep(1)
        flood.wait(timeout=60)
        time.sleep(5)
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready"), status["cause"]
        assert engine_pids(place) == before
    return Figures(note=f"{count} connections")


@fault(
    "W7",
    "the guard of the head finds its port taken, three times",
    "no temporary folder, no cgroup is left",
    is_short=True,
)
def guard_cannot_start(place: Place) -> Figures:
    """A guard that cannot start leaves nothing."""
    code = f"import socket, time; s = socket.create_server(('10.77.0.1', {GUARD_PORT})); time.sleep(600)"
    holder = subprocess.Popen([*place.hosts.on("0"), "python3", "-c", code])
    said = []
    try:
        until(lambda: GUARD_PORT in place.ports("node0"), 10, "the listener listens")
        for _ in range(3):
            done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=90)
            assert done.returncode != CLEAN, done.stdout
            said.append(done.stderr.strip().splitlines()[-1])
        left = [text for text in place.leftovers() if "cgroup" in text or ": file" in text]
        assert not left, left
    finally:
        holder.kill()
        holder.wait()
    return Figures(said=said[-1])
