# SPDX-License-Identifier: Apache-2.0
"""Guards and agents that die, freeze, meet strangers, other builds, other clocks and damaged files; applications."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from faults_of_controllers import engine_pids
from faults_of_disks import fails_to_start
from faults_of_networks import filtered, on, shell_startup
from faults_of_ranks import SOON, kill
from hosts import CLEAN, FAILED, FINDINGS, SOURCE
from measure import GONE_S, Figures, NotHere, cause, end_of_group, fault
from place import Place, until

GUARD_PORT = 18000


def guard_of(place: Place, node: str) -> int:
    return int(place.said(node)["guard_pid"])


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
    with place.serving():
        guard = guard_of(place, "node1")
        figures = end_of_group(place, lambda: os.kill(guard, signal.SIGKILL), without=("node1",))
        figures.said = place.said("node0")["cause"]["text"]
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
    with place.serving():
        guard = guard_of(place, "node0")
        figures = end_of_group(place, lambda: os.kill(guard, signal.SIGKILL), without=("node0",))
        figures.said = place.said("node1")["cause"]["text"]
        assert "the guard on node0 closed its connection to node1" in figures.said or "rank 1" in figures.said, (
            figures.said
        )
    return figures


@fault(
    "W3",
    "SIGSTOP to the guard of node1, then `down`",
    "`down` ends it by force, with all that it guarded",
    times=2,
    gone_s=2 * GONE_S,
    is_short=True,
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


@fault(
    "F19",
    "a foreign process with the pid of a guard that was killed; then `status`, `down`",
    "nothing foreign is signalled",
    times=3,
)
def pid_is_used_again(place: Place) -> Figures:
    """A number that belongs to somebody else now is not signalled."""
    last = Path("/proc/sys/kernel/ns_last_pid")
    with place.serving():
        pids = place.pids("node1", " guard ")
        victim = guard_of(place, "node1")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{victim}").exists(), 10, "the guard's number is free")
        foreign = None
        for _ in range(200):
            try:
                last.write_text(str(victim - 1), encoding="utf-8")
            except OSError as error:
                raise NotHere(f"{last}: {error.strerror}") from None
            foreign = subprocess.Popen(["sleep", "600"])
            if foreign.pid == victim:
                break
            foreign.kill()
            foreign.wait()
        assert foreign and foreign.pid == victim, "the number could not be had"
        try:
            place.status()
            done = place.down()
            assert done.returncode == CLEAN, done.stderr
            assert foreign.poll() is None, "a foreign process was killed"
        finally:
            foreign.kill()
            foreign.wait()
    return Figures(note=f"pid {victim} lives on")


@fault(
    "F45",
    "state.json, plan.json, group: cut, zeroed, a bit flipped, of another version; guard killed or alive",
    "no foreign process is signalled, `down` ends what is ours",
    is_short=True,
)
def damaged_state(place: Place) -> Figures:
    """Nobody acts on a damaged file."""
    damages = {
        "cut": lambda data: data[: len(data) // 2],
        "zeroed": lambda data: bytes(len(data)),
        "bit flipped": lambda data: bytes([data[0] ^ 1]) + data[1:],
        "other version": lambda data: data.replace(b'"version":1', b'"version":99').replace(
            b'"version": 1', b'"version": 99'
        ),
    }
    done = []
    for is_killed, names in ((False, list(damages)), (True, ["cut", "zeroed"])):
        for name in names:
            place.spec = place.write_spec()
            with place.serving():
                if is_killed:
                    for pid in place.pids("node1", " guard "):
                        os.kill(pid, signal.SIGKILL)
                for file in ("state.json", "plan.json") + (("group",) if name == "bit flipped" else ()):
                    path = place.state("node1") / file
                    path.write_bytes(damages[name](path.read_bytes()))
                code, status = place.status()
                assert code in (CLEAN, FINDINGS), status
                ended = place.down()
                assert ended.returncode == CLEAN, f"{name}, killed: {is_killed}: {ended.stderr}"
                assert not place.processes(), f"{name}, killed: {is_killed}: {place.processes()}"
                done.append(name + (", guard killed" if is_killed else ""))
    return Figures(note="; ".join(done))


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


@fault("W9", "the agent's file on node1 exchanged, group-writable, cut", "not run; copied anew", is_short=True)
def agent_is_exchanged(place: Place) -> Figures:
    """An agent that is not the one that was sent is not run."""
    place.status()
    (agent,) = [path for path in (place.folder / "node1/home/.cache/r1cluster/agent").iterdir() if path.is_file()]
    proof = place.folder / "exchanged"
    changes = {
        "exchanged": lambda: agent.write_text(f"#!/bin/sh\necho run >>{proof}\n", encoding="utf-8"),
        "cut": lambda: os.truncate(agent, 4096),
        "writable": lambda: agent.chmod(0o777),
    }
    for name, change in changes.items():
        change()
        code, status = place.status()
        assert code == CLEAN and status["phase"] == "absent", f"{name}: {status}"
        assert not proof.exists(), f"{name}: a foreign program was run"
        assert agent.stat().st_mode & 0o022 == 0, f"{name}: others may write the agent"
    return Figures(note=", ".join(changes))


@fault(
    "F60",
    "guards of another build (same release, other bytes), then status, up, down of this one",
    "they understand each other",
    times=2,
)
def other_build(place: Place) -> Figures:
    """Guards of one build and a controller of another."""
    other = place.folder / "other-build"
    shutil.copy(place.binary, other)
    with other.open("ab") as file:
        file.write(b"another build")
    try:
        done = subprocess.run(
            [*place.r1cluster.command[:-1], str(other), "up", str(place.spec), *place.r1cluster.options],
            env=place.r1cluster.env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == CLEAN, done.stderr
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready"), status
        again = place.up()
        assert "running already" in again.stdout, again.stderr
        assert place.down().returncode == CLEAN
        assert not place.processes()
    finally:
        other.unlink()
    return Figures()


@fault(
    "F35",
    "node1's agent and guard a day behind (faketime), rank 1 killed",
    "the cause is right; no time limit fires",
    times=2,
    **SOON,
)
def clock_is_wrong(place: Place) -> Figures:
    """Wall clocks decide nothing."""
    library = next(Path("/usr/lib").rglob("libfaketime.so.1"), None)
    if not library:
        raise NotHere("faketime is not installed")
    text = f"export LD_PRELOAD={library} FAKETIME=-1d DONT_FAKE_MONOTONIC=1\n"
    with shell_startup(place, "node1", text), place.serving():
        began = place.said("node1")["started_at"][:10]
        figures = end_of_group(place, lambda: kill(place, "node1", "VLLM::Worker_PP1"))
        figures.note = f"guard of node1 started on {began}"
        assert began != time.strftime("%Y-%m-%d", time.gmtime()), "the clock is not wrong"
        return cause(place, figures, host="node1", rank=1, signal=int(signal.SIGKILL))


@fault(
    "F39",
    "4 hosts; node2 fails in each phase: connect, agent, guard, program, rank, before the token",
    "every other host as before: N of N",
    hosts=4,
)
def one_of_four_fails(place: Place) -> Figures:
    """Whenever one host of four fails, the others are left as they were."""
    home = place.folder / "node2" / "home"

    @contextlib.contextmanager
    def read_only(folder: str):
        path = home / folder
        path.mkdir(parents=True, exist_ok=True)
        on(place, "2", "mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(path))
        try:
            yield
        finally:
            on(place, "2", "umount", str(path))

    @contextlib.contextmanager
    def failing(name: str, text: str):
        place.fault(name, text)
        try:
            yield
        finally:
            (place.faults / name).unlink()

    phases = {
        "connect": lambda: filtered(place, "node2", "input tcp dport 22 reject with tcp reset"),
        "agent": lambda: read_only(".cache"),
        "guard": lambda: read_only(".local"),
        "program": lambda: failing("exit.main2", "127 cannot run"),
        "rank": lambda: failing("exit.rank2", "1 ERROR RuntimeError: no"),
        "before the token": lambda: failing("wait.rank2", "600"),
    }
    said = []
    for phase, inject in phases.items():
        place.spec = place.write_spec(timeout=12 if phase == "before the token" else 60)
        with inject():
            done = place.up()
            assert done.returncode in (FINDINGS, FAILED), f"{phase}: exit {done.returncode}"
            assert phase == "before the token" or "node2" in done.stdout + done.stderr, f"{phase}: {done.stderr[-300:]}"
            until(lambda: not place.processes(), 20, f"{phase}: nothing runs", 0.05)
            left = [text for text in place.leftovers() if ": state " not in text]
            assert not left, f"{phase}: {left}"
        place.down()
        said.append(phase)
    return Figures(note=f"{len(said)} of {len(phases)} phases")


@fault("F16", "10 starts whose head exits with 0 at once", "each is said, none is lost", is_short=False)
def instant_exit(place: Place) -> Figures:
    """A process that ends at once is not lost."""
    place.fault("exit.api", "0")
    for _ in range(10):
        figures = fails_to_start(place, "ended with exit code 0")
    return figures


@fault("F57", "an engine that exits with 1 after a second", "ends as failed, and stays so", times=2)
def crash_loop(place: Place) -> Figures:
    """An engine that fails at once is started once, and stays failed."""
    place.fault("wait.api", "1")
    place.fault("exit.api", "1 RuntimeError: no")
    figures = fails_to_start(place, "head on node0", "exit code 1")
    time.sleep(3)
    assert not place.processes(), "started again"
    figures.note = "0 restarts: there is no restart policy yet"
    return figures


@fault("F58", "an engine that refuses its arguments (exit 2)", "no second try")
def configuration_error(place: Place) -> Figures:
    """A configuration error is never tried again."""
    place.spec = place.write_spec(engine='extra_arguments = ["--no-such-flag"]')
    figures = fails_to_start(place, "exit code 2")
    time.sleep(3)
    assert not place.processes(), "started again"
    return figures


APPLICATION = """
import os, sys, threading, time
sys.path.insert(0, sys.argv[1])
import signal
handler = signal.getsignal(signal.SIGCHLD)
import r1cluster
def reap():
    while True:
        try: os.waitpid(-1, os.WNOHANG)
        except ChildProcessError: pass
        time.sleep(0.001)
if sys.argv[4] == "reap":
    threading.Thread(target=reap, daemon=True).start()
spec = r1cluster.spec.parse_spec(open(sys.argv[2]).read(), sys.argv[2])
made = []
thread = threading.Thread(target=lambda: made.append(r1cluster.connect(spec, ssh_config=sys.argv[3])))
thread.start(); thread.join(); time.sleep(0.5)
for _ in range(5):
    reaps = sys.argv[4] == "reap"
    status = r1cluster.read_status(spec, ssh_config=sys.argv[3]) if reaps else r1cluster.read_status(made[0])
    assert "ready" in str(status.phase).lower(), status.phase
assert signal.getsignal(signal.SIGCHLD) == handler and os.getcwd() == sys.argv[5]
print("done")
"""


def in_application(place: Place, how: str) -> Figures:
    module = Path(os.environ.get("R1CLUSTER_BUILD_DIR", SOURCE / "build" / "dev")) / "python"
    if not list(module.glob("r1cluster/*.so")):
        raise NotHere("the Python module is not built")
    with place.serving():
        begin = time.monotonic()
        words = [
            sys.executable,
            "-c",
            APPLICATION,
            str(module),
            str(place.spec),
            str(place.folder / "ssh_config"),
            how,
            os.getcwd(),
        ]
        done = subprocess.run(
            [*place.hosts.on("client"), *words], env=place.r1cluster.env, capture_output=True, text=True, timeout=120
        )
        assert done.stdout.strip() == "done", done.stdout + done.stderr[-800:]
    return Figures(note=f"5 calls in {time.monotonic() - begin:.1f} s")


@fault("F20", "a Python application that calls os.waitpid(-1) all the time", "no call hangs")
def application_reaps(place: Place) -> Figures:
    """An application that reaps every child does not disturb the library."""
    return in_application(place, "reap")


@fault("F21", "connect() in a thread that ends; calls from another", "the connections live")
def thread_ends(place: Place) -> Figures:
    """What a thread connected outlives the thread."""
    return in_application(place, "thread")


@fault(
    "W20",
    "an engine that serves prints a line that names another process as rank 1",
    "the rank stays where it was seen first",
)
def prompt_names_a_rank(place: Place) -> Figures:
    """What a prompt prints moves no rank."""
    with place.serving():
        before = place.said("node1")["ranks"]
        # The headless process prints for its host: what a prompt would make a worker print.
        log = place.pid("node1", "--headless")
        line = f"(Worker pid={log}) INFO 11-22 07:40:49 [parallel_state.py:2350] rank 1 in world size 2 "
        line += "is assigned as DP rank 0\n"
        with contextlib.suppress(OSError):
            Path(f"/proc/{log}/fd/1").write_text(line, encoding="utf-8")
        time.sleep(2.5)
        assert place.said("node1")["ranks"] == before
        assert line[:40] in place.r1cluster("logs", str(place.spec), "--host", "node1").stdout
    return Figures()


def soak(place: Place, rounds: int) -> Figures:
    kinds = ["rank", "guard", "core", "controller", "partition", "stop"]
    counts: dict[str, int] = {}
    for _ in range(rounds):
        kind = random.choice(kinds)
        counts[kind] = counts.get(kind, 0) + 1
        place.spec = place.write_spec()
        with place.serving():
            if kind in ("rank", "core"):
                words = ("node1", "VLLM::Worker_PP1") if kind == "rank" else ("node0", "VLLM::EngineCore")
                cause(place, end_of_group(place, functools.partial(kill, place, *words)), host=words[0])
            elif kind == "guard":
                node = random.choice(place.hosts.names)
                end_of_group(place, functools.partial(os.kill, guard_of(place, node), signal.SIGKILL), without=(node,))
            elif kind == "controller":
                asked = place.r1cluster.start("status", str(place.spec))
                time.sleep(random.uniform(0, 0.5))
                asked.kill()
                asked.communicate()
                assert place.status()[1]["phase"] == "ready"
            elif kind == "partition":
                place.hosts("cut", "1")
                time.sleep(random.uniform(0.5, 8))
                place.hosts("restore", "1")
                time.sleep(3)
                assert place.status()[1]["phase"] == "ready", f"after a cut of seconds: {place.status()[1]['cause']}"
            else:
                os.kill(place.pid("node1", "VLLM::Worker_PP1"), signal.SIGSTOP)
                time.sleep(random.uniform(0.5, 8))
                os.kill(place.pid("node1", "VLLM::Worker_PP1"), signal.SIGCONT)
                time.sleep(2)
                assert place.status()[1]["phase"] == "ready", "a stop of seconds ended it"
            down = place.down()
            assert down.returncode == CLEAN, f"{kind}: {down.stderr}"
        left = place.leftovers()
        assert not left, f"{kind}: {left}"
    return Figures(note=", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))


@fault(
    "F61",
    "12 random faults, one after the other: rank, guard, core, controller, cut and stop of some seconds",
    "nothing is left after each",
)
def random_faults(place: Place) -> Figures:
    """Random faults, each followed by a look for what is left."""
    return soak(place, 12)
