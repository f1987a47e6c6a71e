# SPDX-License-Identifier: Apache-2.0
"""Processes of the engine that stop, hang or cannot be ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from hosts import FINDINGS
from injections import kill, remove
from measure import GONE_S, Figures, cause, end_of_group, fault
from place import Place, until

STALL_LIMIT_S = 120


def stop_and_be_named(place: Place, node: str, *words: str, **expected: object) -> Figures:
    with place.serving():
        figures = end_of_group(place, lambda: kill(place, node, *words, number=signal.SIGSTOP), within_s=90)
        return cause(place, figures, host=node, text="stopped by a signal", **expected)


@fault(
    "F10",
    "SIGSTOP to a worker",
    "named within 30 s, with the rank",
    times=2,
    detected_s=30,
    stopping_s=32,
    gone_s=30 + GONE_S,
)
def rank_stops(place: Place) -> Figures:
    """A rank that stays stopped is named, and the group ends."""
    return stop_and_be_named(place, "node1", "VLLM::Worker_PP1", rank=1)


@fault("B3", "SIGSTOP to the EngineCore", "named within 30 s", detected_s=30, stopping_s=32, gone_s=30 + GONE_S)
def engine_core_stops(place: Place) -> Figures:
    """An engine core that stays stopped is named, and the group ends."""
    return stop_and_be_named(place, "node0", "VLLM::EngineCore")


@fault(
    "F11",
    "a worker in a frozen v1 freezer, which SIGKILL cannot end; another is killed",
    "`down` names what cannot be ended, exits with 3 and removes nothing; later it succeeds",
)
def rank_cannot_be_killed(place: Place) -> Figures:
    """A process that cannot be ended is declared as such, and never counted as gone."""
    freezer = Path(f"/sys/fs/cgroup/freezer/r1cluster-faults-{os.getpid()}")
    with place.serving():
        freezer.mkdir()
        try:
            pid = place.pid("node1", "VLLM::Worker_PP1")
            (freezer / "cgroup.procs").write_text(str(pid), encoding="utf-8")
            (freezer / "freezer.state").write_text("FROZEN", encoding="utf-8")
            kill(place, "node0", "VLLM::Worker_PP0")
            begin = time.monotonic()
            done = place.r1cluster("down", str(place.spec), "--purge", timeout_s=120)
            figures = Figures(detected_s=time.monotonic() - begin, said=done.stderr.strip()[-200:])
            assert done.returncode != 0, f"down: exit 0 while {pid} is there"
            assert "nothing is left" not in done.stdout, done.stdout
            assert str(pid) in done.stdout + done.stderr, f"{pid} is not named: {done.stdout}{done.stderr}"
        finally:
            (freezer / "freezer.state").write_text("THAWED", encoding="utf-8")
            until(lambda: remove(freezer), 10, f"{freezer} is empty")
    return figures


@fault(
    "F13",
    "completions hang from the start, every other page answers",
    "not ready; says that no token came",
    times=2,
    is_short=True,
)
def no_token_at_start(place: Place) -> Figures:
    """An API whose pages answer and that generates nothing is not ready."""
    place.fault("hang")
    place.spec = place.write_spec(timeout=8)
    begin = time.monotonic()
    done = place.up()
    figures = Figures(detected_s=time.monotonic() - begin)
    assert done.returncode == FINDINGS, done.stdout + done.stderr
    figures.said = next((line for line in done.stdout.splitlines() if "no token within 8 s" in line), "")
    assert figures.said, done.stdout[-2000:]
    return figures


@fault(
    "F13b",
    "completions hang once it serves, every process lives",
    "named within 30 s; after 120 s the group ends",
    detected_s=30,
    stopping_s=STALL_LIMIT_S + 12,
    gone_s=STALL_LIMIT_S + 12 + GONE_S,
)
def no_token_while_serving(place: Place) -> Figures:
    """A service that no longer generates is not called ready."""
    with place.serving():
        place.fault("hang")
        named_s = until(lambda: place.said("node0").get("stall"), 60, "the head's guard names the stall")
        code, status = place.status()
        assert code == FINDINGS and status["stall"]["text"].startswith("no token for "), status
        figures = end_of_group(place, lambda: None, within_s=2 * STALL_LIMIT_S)
        assert figures.stopping_s is not None and figures.gone_s is not None
        ended = Figures(named_s, named_s + figures.stopping_s, named_s + figures.gone_s)
        return cause(place, ended, text="no token for 1")


@fault(
    "F14",
    "500 grandchildren: own sessions, forked twice, deaf to SIGTERM; then `down`",
    "cgroup empty",
    gone_s=GONE_S,
    is_short=True,
)
def helpers_escape(place: Place) -> Figures:
    """Nothing escapes `down`, however it was forked."""
    place.fault("helpers.rank1", "500")
    with place.serving():
        begin = time.monotonic()
        done = place.down()
        figures = Figures(gone_s=time.monotonic() - begin)
        assert done.returncode == 0, done.stderr
        assert not place.processes(), place.processes()
    return figures
