# SPDX-License-Identifier: Apache-2.0
"""The calls that reach hosts, for asyncio: the same names and arguments, awaited.

Each call runs in a thread. Cancelling the task cancels the call, and waits until the call has undone what it began:

    async with await aio.connect(spec) as hosts:
        async with await aio.up(hosts) as deployment:
            async for piece in deployment.follow_logs():
                print(piece.host, piece.text, end="")
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar

import r1cluster
from r1cluster.host import EngineQuestion
from r1cluster.readings import CheckpointText
from r1cluster.shard import EnginePlan

__all__ = [
    "Deployment",
    "Hosts",
    "ask_engine",
    "ask_engine_all",
    "connect",
    "discover",
    "down",
    "find_deployment",
    "follow_logs",
    "read",
    "read_checkpoint",
    "read_logs",
    "read_status",
    "start",
    "up",
]

Result = TypeVar("Result")


class _Cancellation:
    """What is_cancelled of one call, or of all calls on connections, answers: each call is asked on its own thread."""

    def __init__(self, asked: Callable[[], bool] | None = None) -> None:
        self._asked = asked
        self._of_thread = threading.local()

    def __call__(self) -> bool:
        event: threading.Event | None = getattr(self._of_thread, "event", None)
        return (event is not None and event.is_set()) or (self._asked is not None and self._asked())

    async def run(self, call: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        event = threading.Event()

        def in_thread() -> Result:
            self._of_thread.event = event
            try:
                return call(*args, **kwargs)
            finally:
                self._of_thread.event = None

        running = asyncio.ensure_future(asyncio.to_thread(in_thread))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            event.set()
            with contextlib.suppress(Exception):
                await running
            raise

    async def pieces(
        self, call: Callable[..., object], *args: Any, **kwargs: Any
    ) -> AsyncIterator[r1cluster.EngineLog]:
        """What `call` gives its `on_text`, as it comes; leaving the loop ends the call."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[r1cluster.EngineLog | None] = asyncio.Queue()

        def on_text(piece: r1cluster.EngineLog) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, piece)

        running = asyncio.ensure_future(self.run(call, *args, on_text=on_text, **kwargs))
        running.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while (piece := await queue.get()) is not None:
                yield piece
            await running
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await running


async def _call(call: Callable[..., Any], first: Any, *args: Any, **kwargs: Any) -> Any:
    """On connections with their cancellation, else with one of its own."""
    if isinstance(first, Hosts):
        return await first._cancellation.run(call, first._hosts, *args, **kwargs)
    cancellation = _Cancellation(kwargs.pop("is_cancelled", None))
    return await cancellation.run(call, first, *args, is_cancelled=cancellation, **kwargs)


class Hosts:
    """r1cluster.Hosts; connect() makes it."""

    def __init__(self, hosts: r1cluster.Hosts, cancellation: _Cancellation) -> None:
        self._hosts = hosts
        self._cancellation = cancellation

    @property
    def spec(self) -> r1cluster.DeploymentSpec:
        return self._hosts.spec

    async def close(self) -> None:
        await asyncio.to_thread(self._hosts.close)

    async def __aenter__(self) -> Hosts:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


class Deployment:
    """r1cluster.Deployment; up(), start() and find_deployment() make it."""

    def __init__(self, deployment: r1cluster.Deployment, cancellation: _Cancellation) -> None:
        self._deployment = deployment
        self._cancellation = cancellation

    @property
    def result(self) -> r1cluster.UpResult:
        return self._deployment.result

    def is_ready(self) -> bool:
        return self._deployment.is_ready()

    async def status(self) -> r1cluster.DeploymentStatus:
        return await self._cancellation.run(self._deployment.status)

    async def wait(self) -> r1cluster.DeploymentStatus:
        return await self._cancellation.run(self._deployment.wait)

    async def stop(self, *, purge: bool = False) -> r1cluster.DeploymentStatus:
        return await self._cancellation.run(self._deployment.stop, purge=purge)

    async def read_logs(self, *, host: str = "", lines: int = 100) -> list[r1cluster.EngineLog]:
        return await self._cancellation.run(self._deployment.read_logs, host=host, lines=lines)

    def follow_logs(self, *, host: str = "", lines: int = 100) -> AsyncIterator[r1cluster.EngineLog]:
        return self._cancellation.pieces(self._deployment.follow_logs, host=host, lines=lines)

    async def close(self) -> None:
        await asyncio.to_thread(self._deployment.close)

    async def __aenter__(self) -> Deployment:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


async def connect(spec: r1cluster.DeploymentSpec, **options: Any) -> Hosts:
    """Does what r1cluster.connect() does, without blocking the event loop."""
    cancellation = _Cancellation(options.pop("is_cancelled", None))
    return Hosts(await cancellation.run(r1cluster.connect, spec, is_cancelled=cancellation, **options), cancellation)


async def up(where: r1cluster.DeploymentSpec | Hosts, **options: Any) -> Deployment:
    """Does what r1cluster.up() does, without blocking the event loop."""
    if not isinstance(where, Hosts):
        host_names = ("on_progress", "is_cancelled", "binary", "ssh_program", "ssh_config")
        host_options = {
            name: options.pop(name)
            for name in (*host_names, "connect_timeout_s", "request_timeout_s")
            if name in options
        }
        where = await connect(where, **host_options)
    return Deployment(await _call(r1cluster.up, where, **options), where._cancellation)


async def start(
    hosts: Hosts, launch_plan: r1cluster.LaunchPlan, *, knowledge: r1cluster.Knowledge | None = None
) -> Deployment:
    """Does what r1cluster.start() does, without blocking the event loop."""
    return Deployment(await _call(r1cluster.start, hosts, launch_plan, knowledge=knowledge), hosts._cancellation)


async def find_deployment(hosts: Hosts) -> Deployment | None:
    """Does what r1cluster.find_deployment() does, without blocking the event loop."""
    found = await _call(r1cluster.find_deployment, hosts)
    return found and Deployment(found, hosts._cancellation)


async def discover() -> r1cluster.Readings:
    """Does what r1cluster.discover() does, without blocking the event loop."""
    return await asyncio.to_thread(r1cluster.discover)


async def read(where: r1cluster.DeploymentSpec | Hosts, **options: Any) -> r1cluster.Recording:
    """Does what r1cluster.read() does, without blocking the event loop."""
    recording: r1cluster.Recording = await _call(r1cluster.read, where, **options)
    return recording


async def read_checkpoint(path: str | os.PathLike[str], **options: Any) -> CheckpointText:
    """Does what r1cluster.read_checkpoint() does, without blocking the event loop."""
    return await asyncio.to_thread(r1cluster.read_checkpoint, path, **options)


async def read_status(where: r1cluster.DeploymentSpec | Hosts, **options: Any) -> r1cluster.DeploymentStatus:
    """Does what r1cluster.read_status() does, without blocking the event loop."""
    status: r1cluster.DeploymentStatus = await _call(r1cluster.read_status, where, **options)
    return status


async def down(where: r1cluster.DeploymentSpec | Hosts, **options: Any) -> r1cluster.DeploymentStatus:
    """Does what r1cluster.down() does, without blocking the event loop."""
    status: r1cluster.DeploymentStatus = await _call(r1cluster.down, where, **options)
    return status


async def read_logs(where: r1cluster.DeploymentSpec | Hosts, **options: Any) -> list[r1cluster.EngineLog]:
    """Does what r1cluster.read_logs() does, without blocking the event loop."""
    logs: list[r1cluster.EngineLog] = await _call(r1cluster.read_logs, where, **options)
    return logs


def follow_logs(where: r1cluster.DeploymentSpec | Hosts, **options: Any) -> AsyncIterator[r1cluster.EngineLog]:
    """The engine's logs as they grow: async for piece in follow_logs(hosts)."""
    if isinstance(where, Hosts):
        return where._cancellation.pieces(r1cluster.follow_logs, where._hosts, **options)
    cancellation = _Cancellation(options.pop("is_cancelled", None))
    return cancellation.pieces(r1cluster.follow_logs, where, is_cancelled=cancellation, **options)


async def ask_engine(environment: str | os.PathLike[str], question: EngineQuestion, **options: Any) -> EnginePlan:
    """Asks an installed engine which bytes each rank of one layout reads; see r1cluster.host.ask_engine()."""
    plan: EnginePlan = await _call(r1cluster.host.ask_engine, environment, question, **options)
    return plan


async def ask_engine_all(
    environment: str | os.PathLike[str], questions: Sequence[EngineQuestion], **options: Any
) -> list[EnginePlan]:
    """Asks an installed engine several questions, in one process of it; see r1cluster.host.ask_engine_all()."""
    plans: list[EnginePlan] = await _call(r1cluster.host.ask_engine_all, environment, questions, **options)
    return plans
