# SPDX-License-Identifier: Apache-2.0
"""Controllers that end, meet others, or are ended; terminals that go."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from hosts import CLEAN, FINDINGS, INTERRUPTED
from measure import GONE_S, Figures, fault
from place import LEASE_S, Place, read, until

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


def engine_pids(place: Place) -> set[int]:
    """All but agents, which come and go."""
    return {pid for pid, line in place.processes().items() if not line.endswith(" agent")}


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


def words_of(pid: int) -> str:
    return read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


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


@fault(
    "F38", "two `up` of one name at the same time", "one serves, the other says who was first", times=10, is_short=True
)
def two_at_once(place: Place) -> Figures:
    """Of two controllers exactly one starts the deployment."""
    both = [place.r1cluster.start("up", str(place.spec)) for _ in range(2)]
    said = ["\n".join(process.communicate(timeout=120)) for process in both]
    codes = [process.returncode for process in both]
    assert CLEAN in codes, said
    # The other one meets the deployment itself, or its ports, whose owner `check` names.
    meetings = [
        line.strip() for text in said for line in text.splitlines() if re.search("already|in use by|pid [0-9]+ ", line)
    ]
    other = [text[-300:] for text, code in zip(said, codes, strict=True) if code != CLEAN]
    assert not other or meetings, other
    assert len(place.pids("node0", "VLLM::EngineCore")) == 1, "two engines"
    code, status = place.status()
    assert (code, status["phase"]) == (CLEAN, "ready"), status
    return Figures(said=(other or ["both exit 0"])[0].strip().splitlines()[-1])


@fault(
    "B1",
    "a second `up` while the first is starting, and while it serves",
    "the first one serves on",
    times=2,
    is_short=True,
)
def second_up(place: Place) -> Figures:
    """A second `up` neither ends nor purges the first."""
    place.fault("wait.api", "4")
    with starting(place) as process:
        second = place.up()
        assert second.returncode != CLEAN, second.stdout
        until(lambda: process.poll() is not None, 60, "the first `up` ends")
        assert process.returncode == CLEAN, process.returncode
        before = engine_pids(place)
        third = place.up()
        assert third.returncode == CLEAN and "running already" in third.stdout, third.stderr
        assert engine_pids(place) == before
    return Figures(said=second.stderr.strip().splitlines()[-1])


@fault(
    "B2",
    "`down` elsewhere while `up` waits for the first token",
    "`up` ends in seconds, not after its time limit",
    times=2,
    detected_s=5.0,
    is_short=True,
)
def ended_elsewhere(place: Place) -> Figures:
    """An `up` whose deployment somebody ended waits for nothing."""
    place.fault("hang")
    with starting(place) as process:
        time.sleep(2)
        done = place.down()
        assert done.returncode == CLEAN, done.stderr
        begin = time.monotonic()
        until(lambda: process.poll() is not None, 40, "`up` ends")
        figures = Figures(detected_s=time.monotonic() - begin)
    assert process.returncode == FINDINGS, process.said
    figures.said = next(line for line in process.said[0].splitlines() if "ended from elsewhere" in line)
    return figures


def interrupted(place: Place, *signals: int, pause_s: float = 0.3) -> Figures:
    place.fault("hang")
    place.fault("deaf")
    with starting(place) as process:
        time.sleep(1)
        begin = time.monotonic()
        for number in signals:
            process.send_signal(number)
            time.sleep(pause_s)
        until(lambda: process.poll() is not None, 60, "`up` ends")
        figures = gone(place, begin, GONE_S)
        figures.detected_s = time.monotonic() - begin
    assert process.returncode == INTERRUPTED, process.said
    figures.said = process.said[1].strip().splitlines()[-1]
    return figures


@fault("F40.1", "SIGINT to `up`; the engine is deaf to SIGTERM", "exit 130, undone", gone_s=GONE_S, is_short=True)
def ctrl_c(place: Place) -> Figures:
    """Ctrl-C ends what was started."""
    return interrupted(place, signal.SIGINT)


@fault("F40.2", "SIGINT twice; the engine is deaf to SIGTERM", "the second does not wait for the grace", gone_s=2.0)
def ctrl_c_twice(place: Place) -> Figures:
    """The second Ctrl-C ends at once."""
    figures = interrupted(place, signal.SIGINT, signal.SIGINT)
    assert figures.gone_s is not None and figures.gone_s < GONE_S - 3, f"{figures.gone_s:.1f} s, as after one"
    return figures


@fault("F40.3", "SIGHUP to `up`", "exit 130, undone", gone_s=GONE_S)
def hang_up(place: Place) -> Figures:
    """A terminal that goes ends what was started."""
    return interrupted(place, signal.SIGHUP)


@fault("F40.4", "SIGTSTP for 3 s, then SIGCONT", "the start goes on")
def suspended(place: Place) -> Figures:
    """An `up` that was suspended for a moment goes on."""
    place.fault("wait.api", "4")
    with starting(place) as process:
        process.send_signal(signal.SIGTSTP)
        time.sleep(3)
        process.send_signal(signal.SIGCONT)
        until(lambda: process.poll() is not None, 60, "`up` ends")
    assert process.returncode == CLEAN, process.said
    return Figures()


@fault("F40.5", "`up` in a terminal whose other end closes", "exit 130, undone", gone_s=GONE_S)
def terminal_gone(place: Place) -> Figures:
    """A terminal that is closed wedges nothing."""
    place.fault("hang")
    pid, terminal = pty.fork()
    if pid == 0:
        command = [*place.r1cluster.command, "up", str(place.spec), *place.r1cluster.options]
        os.execve(command[0], command, place.r1cluster.env)
    reader = threading.Thread(target=lambda: drain_terminal(terminal), daemon=True)
    reader.start()
    until(lambda: place.pids("node0", "--host") and place.pids("node1", "--headless"), 60, "the engine starts")
    os.close(terminal)
    begin = time.monotonic()
    figures = gone(place, begin, LEASE_S + GONE_S)
    until(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, 30, "`up` ends")
    return figures


def drain_terminal(terminal: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(terminal, 4096):
            pass


@fault("F41", "`up | head -1`: standard output closes after a line", "the deployment is not concerned", is_short=True)
def output_closed(place: Place) -> Figures:
    """A closed standard output ends no deployment."""
    process = subprocess.Popen(
        [*place.r1cluster.command, "up", str(place.spec), *place.r1cluster.options],
        env=place.r1cluster.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    error = process.stderr.read()
    process.wait(timeout=60)
    assert process.returncode != -signal.SIGPIPE, "died of SIGPIPE"
    code, status = place.status()
    assert (code, status["phase"]) == (CLEAN, "ready"), f"{status}: {error}"
    return Figures(note=f"exit {process.returncode}")


@fault("F59", "10 random `up` and `down`, overlapping", "none hangs; at the end `down` leaves nothing", times=3)
def interleaved(place: Place) -> Figures:
    """Starts and stops may come in any order."""
    running = []
    for _ in range(10):
        running.append(place.r1cluster.start(random.choice(["up", "down"]), str(place.spec)))
        time.sleep(random.uniform(0, 1.5))
    codes = []
    for process in running:
        try:
            process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(f"{process.args} does not end") from None
        codes.append(process.returncode)
    assert place.down().returncode == CLEAN
    return Figures(note=f"exit codes {codes}")
