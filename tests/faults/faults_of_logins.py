# SPDX-License-Identifier: Apache-2.0
"""Hosts that cannot be logged in to, and what a login says before the agent does."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from pathlib import Path

from hosts import CLEAN
from injections import CLIENT, NODE1, filtered, refused_status, shell_startup
from measure import Figures, fault
from place import Place


@fault(
    "F23",
    "node1 refuses port 22, drops packets, or hangs behind the banner",
    "three messages, each within the time limit of 5 s",
    detected_s=6.0,
)
def three_silences(place: Place) -> Figures:
    """A refusing, a silent and a hanging host are told apart."""
    said = []
    with filtered(place, "node1", f"input ip saddr {CLIENT} tcp dport 22 reject with tcp reset"):
        said.append(refused_status(place, "--connect-timeout", "5"))
    with filtered(place, "node1", f"input ip saddr {CLIENT} drop"):
        said.append(refused_status(place, "--connect-timeout", "5"))
    with shell_startup(place, "node1", "sleep 8\n"):
        said.append(refused_status(place, "--connect-timeout", "5"))
    assert len({text for _, text in said}) == 3, said
    return Figures(detected_s=max(seconds for seconds, _ in said), said=" / ".join(text for _, text in said))


@fault("F24", "node1's host key is unknown, then another one", "refused; fingerprints and the command to trust")
def foreign_host_key(place: Place) -> Figures:
    """A host whose key is not the known one is not spoken to."""
    known = place.folder / "known_hosts"
    before = known.read_text(encoding="utf-8")
    lines = before.splitlines()
    said = []
    try:
        other = next(line for line in lines if line.startswith("node0")).split(" ", 1)[1]
        for text in (
            "\n".join(line for line in lines if not line.startswith("node1")),
            "\n".join(f"node1,{NODE1} {other}" if line.startswith("node1") else line for line in lines),
        ):
            known.write_text(text + "\n", encoding="utf-8")
            said.append(refused_status(place)[1])
    finally:
        known.write_text(before, encoding="utf-8")
    assert said[0] != said[1], said
    assert all("ost key" in text for text in said), said
    return Figures(said=" / ".join(said))


@fault("F25", "the login prints binary noise and empties PATH", "`up` and `status` work", times=2)
def noisy_login(place: Place) -> Figures:
    """What a login prints does not disturb the agent."""
    with (
        shell_startup(
            place,
            "node1",
            "printf 'Welcome\\000\\377\\n{\"no\": 1}\\n'; head -c 65536 /dev/urandom; echo; export PATH=\n",
        ),
        place.serving(),
    ):
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready"), status
    return Figures()


@fault("F48", "the login writes 1 MiB to standard error", "no deadlock", times=2)
def full_standard_error(place: Place) -> Figures:
    """A full standard error does not stop the connection."""
    with shell_startup(place, "node1", "head -c 1048576 /dev/zero | tr '\\0' x >&2\n"):
        begin = time.monotonic()
        with place.serving():
            pass
        return Figures(note=f"ready after {time.monotonic() - begin:.1f} s")


@fault("F26", "node1: shell exits 255; shell is killed by SIGKILL; port refused", "three answers")
def three_ends(place: Place) -> Figures:
    """ssh's exit code 255 has three causes that are told apart."""
    said = []
    with shell_startup(place, "node1", "exit 255\n"):
        said.append(refused_status(place)[1])
    with shell_startup(place, "node1", "kill -KILL $$\n"):
        said.append(refused_status(place)[1])
    with filtered(place, "node1", f"input ip saddr {CLIENT} tcp dport 22 reject with tcp reset"):
        said.append(refused_status(place)[1])
    assert len(set(said)) == 3, said
    return Figures(said=" / ".join(said))


@fault(
    "F34",
    "node3 of 4 takes 20 s for its login",
    "`status` has the others within seconds and names it",
    hosts=4,
    detected_s=6.0,
)
def slow_host(place: Place) -> Figures:
    """One slow host does not make the others wait."""
    with place.serving(), shell_startup(place, "node1", "sleep 20\n"):
        seconds, because = refused_status(place)
    return Figures(detected_s=seconds, said=because)


@fault(
    "W5",
    "node1 answers with 250 MB of nonsense",
    "the others are shown; memory of the controller is bounded",
)
def nonsense(place: Place) -> Figures:
    """A host that answers nonsense hides no other, and takes no memory."""
    with shell_startup(place, "node1", "head -c 250000000 /dev/urandom\n"):
        process = place.r1cluster.start("status", str(place.spec), "--json")
        drain = threading.Thread(target=lambda: setattr(process, "said", process.communicate()), daemon=True)
        drain.start()
        peak = 0
        while process.poll() is None:
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
                peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
            time.sleep(0.02)
        drain.join()
    hosts = {one["host"]: one for one in json.loads(process.said[0])["hosts"]}
    assert hosts["node0"]["phase"] == "absent" and hosts["node1"]["phase"] == "unknown", hosts
    assert peak < 256 << 10, f"the controller took {peak >> 10} MiB"
    return Figures(said=hosts["node1"]["because"], note=f"{peak >> 10} MiB at most")
