# SPDX-License-Identifier: Apache-2.0
"""Processes of the engine that end, stop, hang or do not start."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from hosts import FINDINGS
from measure import GONE_S, Figures, cause, end_of_group, fault
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


def kill(place: Place, node: str, *words: str, number: int = signal.SIGKILL) -> int:
    pid = place.pid(node, *words)
    os.kill(pid, number)
    return pid


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


def remove(group: Path) -> bool:
    try:
        group.rmdir()
    except OSError:
        return False
    return True


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


@fault("B9.1", "SIGKILL to the API server", PROMISE, times=3, is_short=True, **SOON)
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


@fault("B9.4", "SIGKILL to the worker of rank 1", PROMISE, times=3, is_short=True, **SOON)
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


def stop_and_be_named(place: Place, node: str, *words: str, **expected: object) -> Figures:
    with place.serving():
        figures = end_of_group(place, lambda: kill(place, node, *words, number=signal.SIGSTOP), within_s=90)
        return cause(place, figures, host=node, text="stopped by a signal", **expected)


@fault(
    "F10",
    "SIGSTOP to a worker",
    "named within 30 s, with the rank",
    times=2,
    is_short=True,
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
    "named within 30 s",
    detected_s=30,
    stopping_s=32,
    gone_s=30 + GONE_S,
)
def no_token_while_serving(place: Place) -> Figures:
    """A service that no longer generates is not called ready."""
    with place.serving():
        place.fault("hang")
        try:
            figures = end_of_group(place, lambda: None, within_s=45)
        except AssertionError:
            _, status = place.status()
            raise AssertionError(f"45 s later `status` says {status['phase']}") from None
        return cause(place, figures)


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
