# SPDX-License-Identifier: Apache-2.0
"""Terminals and outputs that close, and keys that are pressed."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import threading
import time

from faults_of_controllers import gone, starting
from hosts import CLEAN, INTERRUPTED
from measure import GONE_S, Figures, fault
from place import LEASE_S, Place, until


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


@fault("F41", "`up | head -1`: standard output closes after a line", "the deployment is not concerned")
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
