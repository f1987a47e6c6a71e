# SPDX-License-Identifier: Apache-2.0
"""Several controllers of one deployment."""

from __future__ import annotations

import random
import re
import subprocess
import time

from faults_of_controllers import starting
from hosts import CLEAN, FINDINGS
from injections import engine_pids
from measure import Figures, fault
from place import Place, until


@fault("F38", "two `up` of one name at the same time", "one serves, the other says who was first", times=10)
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
