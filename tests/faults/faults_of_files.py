# SPDX-License-Identifier: Apache-2.0
"""Files and numbers that are not what they were; other builds and other clocks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from faults_of_ranks import SOON
from hosts import CLEAN, FINDINGS
from injections import guard_of, kill, shell_startup
from measure import Figures, NotHere, cause, end_of_group, fault
from place import Place, until


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


@fault("W9", "the agent's file on node1 exchanged, group-writable, cut", "not run; copied anew")
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
