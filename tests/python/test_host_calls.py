# SPDX-License-Identifier: Apache-2.0
"""Calls that reach hosts: this machine through the local transport, and a host that never answers."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from conftest import spec_of

import r1cluster
from r1cluster import Progress
from r1cluster.spec import Transport


def test_this_machine_is_read_through_the_local_transport() -> None:
    seen: list[Progress] = []
    recording = r1cluster.read(spec_of(Transport.local), on_progress=seen.append)
    assert [readings.host for readings in recording.hosts] == ["node1"]
    assert recording.hosts[0].unreachable_because == ""
    assert r1cluster.interpret(recording).machines[0].cpu.threads >= 1
    assert seen
    assert all(progress.step for progress in seen)


def test_a_host_that_does_not_answer_is_in_the_recording_with_the_reason(silent_ssh: str) -> None:
    recording = r1cluster.read(spec_of(Transport.ssh), ssh_program=silent_ssh, connect_timeout_s=1)
    assert recording.hosts[0].unreachable_because != ""


def test_ctrl_c_ends_a_long_call_with_keyboard_interrupt(silent_ssh: str) -> None:
    # Started in the background of a shell, this process would ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            r1cluster.read(spec_of(Transport.ssh), ssh_program=silent_ssh, connect_timeout_s=60)
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_exception_of_a_signal_handler_goes_to_the_caller(silent_ssh: str) -> None:
    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(Alarm):
            r1cluster.read(spec_of(Transport.ssh), ssh_program=silent_ssh, connect_timeout_s=60)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_an_exception_of_on_progress_goes_to_the_caller() -> None:
    def fail(progress: Progress) -> None:
        raise ZeroDivisionError(progress.step)

    with pytest.raises(ZeroDivisionError):
        r1cluster.read(spec_of(Transport.local), on_progress=fail)


def test_is_cancelled_ends_the_call(silent_ssh: str) -> None:
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(r1cluster.Interrupted) as caught:
        r1cluster.read(spec_of(Transport.ssh), ssh_program=silent_ssh, connect_timeout_s=60, is_cancelled=is_cancelled)
    assert caught.value.kind is r1cluster.ErrorKind.interrupted


def test_other_threads_run_while_a_call_waits(silent_ssh: str) -> None:
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.monotonic()
    r1cluster.read(spec_of(Transport.ssh), ssh_program=silent_ssh, connect_timeout_s=1)
    end = time.monotonic()
    stop.set()
    thread.join()
    during = [t for t in ticks if begin + 0.2 < t < end - 0.2]
    assert during, "the GIL was held for the whole call"
