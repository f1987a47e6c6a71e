# SPDX-License-Identifier: Apache-2.0
"""Starts that fail on one host, at once, or for good."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import signal
import time

from hosts import CLEAN, FAILED, FINDINGS
from injections import fails_to_start, filtered, guard_of, kill, on
from measure import Figures, cause, end_of_group, fault
from place import Place, until


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
