# SPDX-License-Identifier: Apache-2.0
"""Ports that are taken, and limits that are too low."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from hosts import CLEAN, FAILED, FINDINGS
from injections import findings, mounted, remove_group, shell_startup
from measure import Figures, NotHere, fault
from place import Place, until


@fault("F36", "a listener on the API's port of node0", "`check` names port, pid and program; nothing starts", times=2)
def port_taken(place: Place) -> Figures:
    """A taken port is found before anything starts, with who has it."""
    code = "import socket, time; s = socket.create_server(('10.77.0.1', 8000)); time.sleep(600)"
    holder = subprocess.Popen([*place.hosts.on("0"), "python3", "-c", code])
    try:
        until(lambda: 8000 in place.ports("node0"), 10, "the listener listens")
        begin = time.monotonic()
        done = place.up()
        figures = Figures(detected_s=time.monotonic() - begin)
        assert done.returncode == FINDINGS, done.stdout + done.stderr
        figures.said = next((line.strip() for line in done.stdout.splitlines() if str(holder.pid) in line), "")
        assert figures.said, f"pid {holder.pid} is not named: " + done.stdout[-1500:]
    finally:
        holder.kill()
        holder.wait()
    return figures


@fault("F49", "/dev/shm of node1 has 1 MiB", "`check` names it with the needed size")
def small_shared_memory(place: Place) -> Figures:
    """Shared memory that is too small is found before a start."""
    with mounted(place, "node1", Path("/dev/shm"), "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        seconds, text = findings(place)
    figures = Figures(
        detected_s=seconds, said=next((line.strip() for line in text.splitlines() if "limits.shm" in line), "")
    )
    assert figures.said and "node1" in figures.said, "`check` says nothing of /dev/shm: " + text[-300:]
    return figures


@fault(
    "F50",
    'nofile 256 for logins of node1; a log with "ibv_reg_mr failed"',
    "`check` names node1; `diagnose` names memlock",
)
def low_limits(place: Place) -> Figures:
    """Low limits are found before a start, and in a log."""
    with shell_startup(place, "node1", "ulimit -n 256\n"):
        seconds, text = findings(place)
    line = next((line.strip() for line in text.splitlines() if "limits.open_files" in line), "")
    assert "node1" in line, text[-600:]
    log = place.folder / "nccl.log"
    log.write_text(
        "node1:1:1 [0] misc/ibvwrap.cc:222 NCCL WARN Call to ibv_reg_mr failed with error Cannot allocate memory\n",
        encoding="utf-8",
    )
    done = place.r1cluster("diagnose", str(log))
    assert "memlock" in done.stdout or "lock" in done.stdout, done.stdout
    return Figures(detected_s=seconds, said=line)


@fault("F18", "nofile 64 for logins of node1", "a clear refusal or a service, never half a start")
def few_descriptors(place: Place) -> Figures:
    """With 64 descriptors `up` says what is wrong and leaves nothing."""
    with shell_startup(place, "node1", "ulimit -n 64\n"):
        done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=120)
        text = done.stdout + done.stderr
        assert done.returncode in (CLEAN, FINDINGS, FAILED), text
        if done.returncode != CLEAN:
            assert "node1" in text, text[-500:]
            assert not place.processes(), place.processes()
        else:
            assert place.status()[1]["phase"] == "ready"
            place.down()
    return Figures(
        note=f"exit {done.returncode}", said=(done.stderr.strip().splitlines() or [""])[-1] if done.returncode else ""
    )


@fault(
    "F17", "a v1 pids cgroup around node1's logins, with limits from 2 to 24", "an error and nothing left, or a service"
)
def no_more_processes(place: Place) -> Figures:
    """Where fork fails, `up` says so and undoes."""
    group = Path(f"/sys/fs/cgroup/pids/r1cluster-faults-{os.getpid()}")
    if not group.parent.exists():
        raise NotHere("no v1 pids cgroup")
    group.mkdir()
    outcome = []
    try:
        (group / "cgroup.procs").write_text(str(place.sshd["node1"]), encoding="utf-8")
        for limit in (2, 4, 6, 8, 10, 14, 18, 24):
            (group / "pids.max").write_text(str(limit), encoding="utf-8")
            done = place.r1cluster("up", str(place.spec), timeout_s=120)
            (group / "pids.max").write_text("max", encoding="utf-8")
            text = done.stdout + done.stderr
            if done.returncode == CLEAN:
                assert place.status()[1]["phase"] == "ready", limit
            else:
                assert "node1" in text, f"limit {limit}: {text[-500:]}"
                until(lambda: not place.processes(), 30, f"limit {limit}: nothing runs", 0.05)
            outcome.append(f"{limit}: exit {done.returncode}")
            assert place.down().returncode == CLEAN
    finally:
        (group / "pids.max").write_text("max", encoding="utf-8")
        (group.parent / "cgroup.procs").write_text(str(place.sshd["node1"]), encoding="utf-8")
        until(lambda: remove_group(group), 20, f"{group} is empty")
    return Figures(note=", ".join(outcome))
