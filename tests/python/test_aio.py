# SPDX-License-Identifier: Apache-2.0
"""The calls that reach hosts, awaited: this machine through the local transport, and a host that never answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from conftest import spec_of

import r1cluster
from r1cluster import EngineLog, aio
from r1cluster.launch import Phase
from r1cluster.spec import Transport


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), timeout=120))


def test_connections_serve_several_calls_at_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with await aio.connect(spec_of(Transport.local, f"aio-{tmp_path.name}"[:40])) as hosts:
            recording, status = await asyncio.gather(aio.read(hosts), aio.read_status(hosts))
            assert [readings.host for readings in recording.hosts] == ["node1"]
            assert status.phase is Phase.absent
            assert await aio.find_deployment(hosts) is None
            assert hosts.spec.hosts[0].name == "node1"
        with pytest.raises(r1cluster.Unavailable):
            await aio.read(hosts)

    run(test)


def test_cancelling_the_task_ends_the_call(silent_ssh: str, tmp_path: Path) -> None:
    async def test() -> None:
        seen = asyncio.Event()
        loop = asyncio.get_running_loop()
        spec = spec_of(Transport.ssh, f"aio-{tmp_path.name}"[:40])
        task = asyncio.create_task(
            aio.read(
                spec,
                ssh_program=silent_ssh,
                connect_timeout_s=110,
                is_cancelled=lambda: loop.call_soon_threadsafe(seen.set) is None,
            )
        )
        await seen.wait()  # the call is on its way
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(test)


def test_cancelling_one_call_leaves_others_on_the_same_connections_alone() -> None:
    async def test() -> None:
        cancellation = aio._Cancellation()
        both_run = threading.Barrier(2)

        def poll(end: threading.Event) -> str:
            both_run.wait(30)
            while not end.wait(0.01):
                if cancellation():
                    return "cancelled"
            return "ended"

        first_end, second_end = threading.Event(), threading.Event()
        first = asyncio.create_task(cancellation.run(poll, first_end))
        second = asyncio.create_task(cancellation.run(poll, second_end))
        await asyncio.sleep(0.1)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not second.done()
        second_end.set()
        assert await second == "ended"

    run(test)


def test_logs_come_piece_by_piece_and_leaving_the_loop_ends_the_call() -> None:
    async def test() -> None:
        cancellation = aio._Cancellation()
        was_cancelled = threading.Event()

        def follow(on_text: Callable[[EngineLog], None]) -> None:
            number = 0
            while not cancellation():
                on_text(EngineLog(text=f"line {number}\n"))
                number += 1
                threading.Event().wait(0.01)
            was_cancelled.set()

        seen: list[str] = []
        pieces = cancellation.pieces(follow)
        async for piece in pieces:
            seen.append(piece.text)
            if len(seen) == 3:
                break
        await pieces.aclose()  # type: ignore[attr-defined]
        assert seen == ["line 0\n", "line 1\n", "line 2\n"]
        assert was_cancelled.is_set()

    run(test)


def test_an_exception_of_the_call_comes_out_of_the_loop() -> None:
    async def test() -> None:
        def follow(on_text: Callable[[EngineLog], None]) -> None:
            on_text(EngineLog(text="last"))
            raise r1cluster.NotFound("no such host", r1cluster.ErrorKind.not_found)

        seen: list[str] = []

        async def walk() -> None:
            async for piece in aio._Cancellation().pieces(follow):
                seen.append(piece.text)

        with pytest.raises(r1cluster.NotFound):
            await walk()
        assert seen == ["last"]

    run(test)


def test_logs_of_a_deployment_that_is_not_there_are_empty(tmp_path: Path) -> None:
    async def test() -> None:
        spec = spec_of(Transport.local, f"aio-{tmp_path.name}"[:40])
        assert [piece async for piece in aio.follow_logs(spec)] == []
        assert await aio.read_logs(spec) == []

    run(test)


def test_a_question_that_cannot_be_asked(tmp_path: Path) -> None:
    async def test() -> None:
        with pytest.raises(r1cluster.InvalidInput, match="asking the engine"):
            await aio.ask_engine(tmp_path / "none", r1cluster.host.EngineQuestion())

    run(test)


def test_this_machine_is_discovered() -> None:
    async def test() -> None:
        assert r1cluster.interpret(await aio.discover()).cpu.threads is not None

    run(test)


def test_aio_has_every_call_that_reaches_hosts() -> None:
    assert set(aio.__all__) <= set(dir(r1cluster)) | set(r1cluster.host.__all__)
    reaching = {"connect", "down", "find_deployment", "follow_logs", "read", "read_logs", "read_status", "start", "up"}
    assert reaching <= set(aio.__all__)
