# SPDX-License-Identifier: Apache-2.0
"""The library in an application, and an engine that says what it is not."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from hosts import SOURCE
from measure import Figures, NotHere, fault
from place import Place

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
