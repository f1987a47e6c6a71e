# SPDX-License-Identifier: Apache-2.0
"""Processes of the engine that end or are ended."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from injections import kill, remove
from measure import Figures, cause, end_of_group, fault
from place import FAILURE_GRACE_S, Place, until

PROMISE = "first line names host, rank and signal; local 0.1 s, peers 2 s, gone grace + 2 s"


SOON = {"detected_s": 0.1, "stopping_s": 2.0, "gone_s": FAILURE_GRACE_S + 2.0}


KINDS = {  # of processes: host, words of the command line, rank, what the cause says
    "API server": ("node0", ("--host",), None, "head on node0"),
    "EngineCore": ("node0", ("VLLM::EngineCore",), None, "EngineCore of head on node0"),
    "worker of rank 0": ("node0", ("VLLM::Worker_PP0",), 0, "rank 0 on node0"),
    "worker of rank 1": ("node1", ("VLLM::Worker_PP1",), 1, "rank 1 on node1"),
    "headless process": ("node1", ("--headless",), None, "worker-1 on node1"),
}


@fault("F06", "a worker raises an error and exits with 1", PROMISE, is_short=True, times=3, **SOON)
def rank_exits(place: Place) -> Figures:
    """A rank that exits with 1 ends the group, and its last error line is said."""
    with place.serving():
        figures = end_of_group(place, lambda: kill(place, "node1", "VLLM::Worker_PP1", number=signal.SIGUSR1))
        figures = cause(place, figures, host="node1", rank=1)
        _, status = place.status()
        figures.note = status["cause"]["last_line"][-60:]
        assert "made to fail" in figures.note, status["cause"]
    return figures


@fault("F07", "SIGSEGV to a worker", PROMISE, times=3, **SOON)
def rank_crashes(place: Place) -> Figures:
    """A rank that crashes is named with its signal."""
    with place.serving():
        figures = end_of_group(place, lambda: kill(place, "node1", "VLLM::Worker_PP1", number=signal.SIGSEGV))
        return cause(place, figures, host="node1", rank=1, signal=int(signal.SIGSEGV), is_out_of_memory=False)


@fault(
    "B8",
    "SIGKILL to a worker after the kernel OOM-killed another process of the machine",
    "is_out_of_memory is false",
    times=2,
    **SOON,
)
def another_process_was_oom_killed(place: Place) -> Figures:
    """An OOM kill of another process is not the cause of a killed rank."""
    with place.serving():
        with memory_cgroup(32) as group:
            victim = os.fork()
            if victim == 0:
                (group / "cgroup.procs").write_text("0", encoding="utf-8")
                os._exit(len(os.urandom(128 << 20)) & 1)
            _, status = os.waitpid(victim, 0)
            assert os.WIFSIGNALED(status), "the kernel did not kill it"
        figures = end_of_group(place, lambda: kill(place, "node1", "VLLM::Worker_PP1"))
        return cause(place, figures, host="node1", rank=1, signal=int(signal.SIGKILL), is_out_of_memory=False)


@contextlib.contextmanager
def memory_cgroup(megabytes: int) -> Iterator[Path]:
    group = Path(f"/sys/fs/cgroup/memory/r1cluster-faults-{os.getpid()}")
    if not group.parent.joinpath("memory.limit_in_bytes").exists():
        group = Path(f"/sys/fs/cgroup/r1cluster-faults-{os.getpid()}")
    group.mkdir()
    try:
        for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max"):
            with contextlib.suppress(OSError):
                (group / name).write_text(str(megabytes << 20), encoding="utf-8")
        yield group
    finally:
        until(lambda: remove(group), 10, f"{group} is empty")


@fault("F08", "a worker takes more than the limit of its memory cgroup", "OOM is said of this rank", times=2, **SOON)
def rank_out_of_memory(place: Place) -> Figures:
    """A rank that the kernel killed for want of memory is named as such."""
    place.fault("memory", "192")
    with place.serving(), memory_cgroup(64) as group:
        pid = place.pid("node1", "VLLM::Worker_PP1")
        (group / "cgroup.procs").write_text(str(pid), encoding="utf-8")
        figures = end_of_group(place, lambda: os.kill(pid, signal.SIGUSR2))
        return cause(place, figures, host="node1", rank=1, is_out_of_memory=True)


@fault(
    "F09",
    "SIGKILL to both workers within 1 ms",
    "a rank that was killed is the cause, never what followed",
    times=5,
    stopping_s=2.0,
    gone_s=FAILURE_GRACE_S + 2.0,
)
def all_ranks_die(place: Place) -> Figures:
    """When all ranks die at once, one of them is the cause."""
    with place.serving():
        pids = [place.pid("node1", "VLLM::Worker_PP1"), place.pid("node0", "VLLM::Worker_PP0")]
        figures = end_of_group(place, lambda: [os.kill(pid, signal.SIGKILL) for pid in pids])
        cause(place, figures, signal=int(signal.SIGKILL))
        assert "rank " in figures.said, figures.said
    return figures


def first_cause_of(place: Place, kind: str) -> Figures:
    node, words, rank, text = KINDS[kind]
    with place.serving():
        figures = end_of_group(place, lambda: kill(place, node, *words))
        figures.note = kind
        return cause(place, figures, host=node, rank=rank, signal=int(signal.SIGKILL), text=text)


@fault("B9.1", "SIGKILL to the API server", PROMISE, times=3, **SOON)
def api_server_dies(place: Place) -> Figures:
    """The API server that is killed is the cause (F12: nothing that it started is left)."""
    return first_cause_of(place, "API server")


@fault("B9.2", "SIGKILL to the EngineCore", PROMISE, times=3, is_short=True, **SOON)
def engine_core_dies(place: Place) -> Figures:
    """The engine core that is killed is the cause, and not the rank elsewhere that follows."""
    return first_cause_of(place, "EngineCore")


@fault("B9.3", "SIGKILL to the worker of rank 0", PROMISE, times=3, **SOON)
def worker_of_head_dies(place: Place) -> Figures:
    """The head's worker that is killed is the cause."""
    return first_cause_of(place, "worker of rank 0")


@fault("B9.4", "SIGKILL to the worker of rank 1", PROMISE, times=3, **SOON)
def other_worker_dies(place: Place) -> Figures:
    """Another host's worker that is killed is the cause."""
    return first_cause_of(place, "worker of rank 1")


@fault("B9.5", "SIGKILL to the headless process", PROMISE, times=3, **SOON)
def headless_process_dies(place: Place) -> Figures:
    """The headless process that is killed is the cause."""
    return first_cause_of(place, "headless process")


@fault("F12", "SIGKILL to the API server, then `up` again", "workers end before the restart", times=2, **SOON)
def head_dies_and_starts_again(place: Place) -> Figures:
    """After the API server's death no worker is left when `up` starts the next engine."""
    with place.serving():
        before = set(place.processes())
        figures = end_of_group(place, lambda: kill(place, "node0", "--host"))
        done = place.up()
        assert done.returncode == 0, done.stdout + done.stderr
        figures.note = f"{len(before & set(place.processes()))} of the former processes at the restart"
        assert not before & set(place.processes())
    return figures
