# SPDX-License-Identifier: Apache-2.0
"""Disks that are full, read-only or stale."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

from hosts import CLEAN
from injections import fails_to_start, kill, mounted, on
from measure import Figures, cause, end_of_group, fault
from place import Place, until


@fault(
    "F37",
    "a state folder, a lock and a cgroup of a run that ended by power loss; foreign ones beside",
    "ours removed, foreign ones left",
    times=2,
)
def stale_state(place: Place) -> Figures:
    """What a former run left is removed, what is not ours stays."""
    with place.serving():
        for node in place.hosts.names:
            for pid in sorted(place.processes(node)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    stale = [text for text in place.leftovers() if text.startswith("cgroup")]
    foreign = [Path("/sys/fs/cgroup/unified/r1cluster-foreign"), place.folder / "node1" / "tmp" / "r1c-foreign"]
    foreign[0].mkdir(exist_ok=True) if foreign[0].parent.exists() else None
    foreign[1].mkdir()
    try:
        done = place.up()
        assert done.returncode == CLEAN, done.stdout[-700:] + done.stderr
        assert not [text for text in stale if text in place.leftovers()], "the former cgroups are still there"
        assert place.down().returncode == CLEAN
        assert foreign[1].exists() and (foreign[0].exists() or not foreign[0].parent.exists()), (
            "a foreign folder was removed"
        )
    finally:
        foreign[1].rmdir()
        if foreign[0].exists():
            foreign[0].rmdir()
    return Figures(note=f"{len(stale)} stale cgroups")


@fault(
    "F42",
    "the state of node0 on a tmpfs of 1 MiB, then 8 MiB of log",
    "the engine serves on; what was dropped is counted",
)
def log_disk_full(place: Place) -> Figures:
    """A full disk for logs stops no engine."""
    state = place.state("node0").parent.parent
    state.mkdir(parents=True, exist_ok=True)
    place.fault("flood.api", "8")
    with mounted(place, "node0", state, "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"):
        try:
            begin = time.monotonic()
            done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=120)
            ready_s = time.monotonic() - begin
            assert done.returncode == CLEAN, done.stdout[-900:] + done.stderr
            code, status = place.status()
            assert (code, status["phase"]) == (CLEAN, "ready"), status
            logs = place.r1cluster("logs", str(place.spec), "--host", "node0", "-n", "5").stdout
        finally:
            down = place.down()
        assert down.returncode == CLEAN, down.stderr
    return Figures(note=f"ready after {ready_s:.1f} s", said=logs.strip()[-150:])


@fault(
    "F43",
    "the state folder's disk is filled while it serves, then SIGKILL to a rank",
    "the group ends; no state is half",
    times=2,
)
def state_disk_full(place: Place) -> Figures:
    """A state that cannot be written is old, and never half."""
    state = place.state("node1").parent.parent
    state.mkdir(parents=True, exist_ok=True)
    with mounted(place, "node1", state, "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"):
        try:
            done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=120)
            assert done.returncode == CLEAN, done.stdout[-900:] + done.stderr
            place.let_guards_look()
            on(place, "1", "sh", "-c", f"cat /dev/zero >{state}/filler 2>/dev/null || true")
            begin = time.monotonic()
            kill(place, "node1", "VLLM::Worker_PP1")
            until(lambda: place.said("node0").get("cause"), 30, "node0 hears the cause", 0.01)
            figures = Figures(detected_s=time.monotonic() - begin)
            until(lambda: not place.processes(), 30, "nothing runs", 0.01)
            figures.gone_s = time.monotonic() - begin
            cause(place, figures, host="node1", rank=1)
        finally:
            down = place.down()
        assert down.returncode == CLEAN, down.stderr
    return figures


@fault("F44", "node1's home read-only; then its temporary folder noexec", "refused with the path; then works")
def read_only_home(place: Place) -> Figures:
    """A home that cannot be written to is refused by name, and no program runs from a temporary folder."""
    home = place.folder / "node1" / "home"
    shutil.rmtree(home / ".local", ignore_errors=True)
    on(place, "1", "mount", "--bind", str(home), str(home))
    on(place, "1", "mount", "-o", "remount,bind,ro", str(home))
    try:
        figures = fails_to_start(place, "ead-only", "node1")
    finally:
        on(place, "1", "umount", str(home))
    with mounted(place, "node1", place.folder / "node1" / "tmp", "-t", "tmpfs", "-o", "noexec,mode=1777", "tmpfs"):
        with place.serving():
            pass
        assert place.down().returncode == CLEAN
    return figures


@fault("F46", "state.json read all the time while guards write it", "each version is whole", times=2)
def state_is_whole(place: Place) -> Figures:
    """Whoever reads a state meets the one before or the one after."""
    seen, bad, over = 0, [], threading.Event()

    def read_all() -> None:
        nonlocal seen
        while not over.is_set():
            for node in place.hosts.names:
                try:
                    text = (place.state(node) / "state.json").read_text(encoding="utf-8")
                except OSError:
                    continue
                seen += 1
                try:
                    json.loads(text)
                except ValueError:
                    bad.append(text[:80])

    reader = threading.Thread(target=read_all)
    reader.start()
    try:
        with place.serving():
            end_of_group(place, lambda: kill(place, "node1", "VLLM::Worker_PP1"))
    finally:
        over.set()
        reader.join()
    assert seen > 100 and not bad, f"{len(bad)} of {seen} were half: {bad[:3]}"
    return Figures(note=f"{seen} reads, 0 half; a cut of power itself cannot be made here")
