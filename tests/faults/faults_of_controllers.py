# SPDX-License-Identifier: Apache-2.0
"""Controllers, agents and connections that end."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from hosts import CLEAN
from injections import asking, children_of, engine_pids, words_of
from measure import GONE_S, Figures, fault
from place import LEASE_S, Place, read, until


@contextlib.contextmanager
def starting(
    place: Place, *arguments: str, until_ready: bool = False, **values: object
) -> Iterator[subprocess.Popen[str]]:
    """An `up`, and what it started, as far as the engine's processes, or as the first token."""
    place.spec = place.write_spec(**values)
    process = place.r1cluster.start("up", str(place.spec), *arguments)
    drain = threading.Thread(target=lambda: setattr(process, "said", process.communicate()), daemon=True)
    drain.start()
    try:
        if until_ready:
            until(lambda: all(place.said(node).get("phase") == "ready" for node in place.hosts.names), 60, "ready")
        else:
            until(lambda: place.pids("node0", "--host") and place.pids("node1", "--headless"), 60, "the engine starts")
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        drain.join(60)


def gone(place: Place, begin: float, within_s: float) -> Figures:
    until(lambda: not place.processes(), within_s, "nothing runs any more", 0.01)
    return Figures(gone_s=time.monotonic() - begin)


@fault(
    "F01",
    "SIGKILL to `up` of an attached deployment, at random moments of its start",
    "all gone in 5 s; the next start is clean",
    times=10,
    gone_s=5.0,
    is_short=True,
)
def attached_controller_dies(place: Place) -> Figures:
    """What was started ends with the controller that it is attached to."""
    place.spec = place.write_spec(fate="attached")
    process = place.r1cluster.start("up", str(place.spec))
    moment = random.uniform(0.3, 6)
    time.sleep(moment)
    begin = time.monotonic()
    process.kill()
    process.communicate()
    figures = gone(place, begin, LEASE_S + GONE_S)
    figures.note = f"killed after {moment:.1f} s"
    return figures


@fault(
    "F02",
    "SIGKILL to `up` once the first token came; requests all the time",
    "same pids, no request lost",
    times=5,
    is_short=True,
)
def service_lives_on(place: Place) -> Figures:
    """A service goes on without its controller, and the next one finds it."""
    with starting(place, until_ready=True) as process:
        before = engine_pids(place)
        with asking(place, 3) as counts:
            process.kill()
            time.sleep(0.5)
            begin = time.monotonic()
            code, status = place.status()
            adopted_s = time.monotonic() - begin
        assert (code, status["phase"]) == (CLEAN, "ready"), status
        assert counts[1] == 0 and counts[0] > 0, f"answered and lost: {counts}"
        assert engine_pids(place) == before, "other processes"
    return Figures(note=f"{counts[0]} requests answered, {counts[1]} lost; status after {adopted_s:.2f} s")


@fault("F03", "SIGKILL to the agent of node1 while `logs -f` runs", "the service goes on; a new agent answers", times=3)
def agent_dies(place: Place) -> Figures:
    """A service does not depend on agents."""
    with place.serving():
        before = engine_pids(place)
        follower = place.r1cluster.start("logs", str(place.spec), "-f")
        try:
            until(lambda: place.pids("node1", " agent"), 30, "an agent on node1")
            time.sleep(1)
            os.kill(place.pid("node1", " agent"), signal.SIGKILL)
            begin = time.monotonic()
            code, status = place.status()
            figures = Figures(detected_s=None, note=f"status after {time.monotonic() - begin:.2f} s")
        finally:
            follower.kill()
            follower.communicate()
        assert (code, status["phase"]) == (CLEAN, "ready"), status
        until(lambda: engine_pids(place) == before, 10, "the same processes")
    return figures


@fault(
    "W8",
    "SIGKILL to the agent of node1 while `up` starts the engine",
    "`up` fails and says which agent ended",
    times=2,
    gone_s=GONE_S,
)
def agent_dies_at_start(place: Place) -> Figures:
    """An agent that is killed while the engine starts is named, and everything is undone."""
    place.fault("wait.api", "20")
    with starting(place) as process:
        os.kill(place.pid("node1", " agent"), signal.SIGKILL)
        begin = time.monotonic()
        until(lambda: process.poll() is not None, 90, "`up` ends", 0.05)
        figures = gone(place, begin, LEASE_S + GONE_S)
    out, error = process.said
    figures.said = (error.strip().splitlines() or [""])[-1]
    assert process.returncode != CLEAN
    assert "node1" in error + out and "agent" in error + out, error + out[-600:]
    return figures


@fault(
    "F04",
    "SIGKILL to agent, guard and watchdog of node1 at once",
    "the peers end; the next `up` clears the rest",
    times=2,
    stopping_s=5.0,
)
def agent_and_guard_die(place: Place) -> Figures:
    """What agent, guard and watchdog leave, the next start clears."""
    with place.serving():
        for pid in place.pids("node1", " guard ") + place.pids("node1", " agent"):
            os.kill(pid, signal.SIGKILL)
        begin = time.monotonic()
        until(lambda: place.said("node0").get("phase") == "failed", 60, "node0 has ended")
        figures = Figures(stopping_s=time.monotonic() - begin, said=place.said("node0")["cause"]["text"])
        orphans = set(place.pids("node1", "vllm")) | set(place.pids("node1", "VLLM"))
        done = place.up()
        assert done.returncode == CLEAN, done.stdout[-800:] + done.stderr
        assert not orphans & set(place.processes()), "a former process lives beside the next start"
        figures.note = f"{len(orphans)} processes left until the next `up`, 0 after it"
    return figures


@fault(
    "F05",
    "20 rounds: SIGKILL to `status` or to an agent, at random moments",
    "no drift: pids, descriptors, memory of the guard",
)
def kill_loop(place: Place) -> Figures:
    """A service does not change, however often those who ask for it are killed."""
    with place.serving():
        before, guard = engine_pids(place), place.said("node1")["guard_pid"]

        def look() -> tuple[int, int]:
            rss = int(re.findall(r"VmRSS:\s+(\d+)", read(Path(f"/proc/{guard}/status")))[0])
            return len(os.listdir(f"/proc/{guard}/fd")), rss

        place.status()
        files, rss = look()
        for i in range(20):
            asked = place.r1cluster.start("status", str(place.spec))
            time.sleep(random.uniform(0, 0.8))
            if i % 2:
                asked.kill()
            for pid in place.pids("node1", " agent")[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            asked.kill()
            asked.communicate()
        until(lambda: not place.pids("node1", " agent"), 30, "no agent is left", 0.1)
        files_after, rss_after = look()
        assert engine_pids(place) == before
        assert files_after <= files + 1, f"{files} descriptors, then {files_after}"
        assert rss_after < rss * 1.3 + 4096, f"{rss} KiB, then {rss_after} KiB"
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready")
    return Figures(note=f"descriptors {files} to {files_after}, memory {rss} to {rss_after} KiB")


@fault("F22", "SIGKILL to the ssh client of `logs -f`", "its agent ends", gone_s=1.0, times=3)
def ssh_client_dies(place: Place) -> Figures:
    """An agent ends when its connection does."""
    with place.serving():
        follower = place.r1cluster.start("logs", str(place.spec), "-f")
        try:
            until(lambda: place.pids("node1", " agent"), 30, "an agent on node1")
            time.sleep(1)
            ssh = [pid for pid in children_of(follower.pid) if "10.77.0.2" in words_of(pid)]
            assert ssh, "no ssh client for node1"
            os.kill(ssh[0], signal.SIGKILL)
            gone_s = until(lambda: not place.pids("node1", " agent"), 60, "the agent has ended")
        finally:
            follower.kill()
            follower.communicate()
        code, _ = place.status()
        assert code == CLEAN
    return Figures(gone_s=gone_s)
