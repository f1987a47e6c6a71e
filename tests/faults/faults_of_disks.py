# SPDX-License-Identifier: Apache-2.0
"""Disks, limits, ports, checkpoints and environments that are not as they must be."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from checkpoint import write_checkpoint
from faults_of_networks import on
from faults_of_ranks import kill
from hosts import CLEAN, FAILED, FINDINGS
from measure import Figures, NotHere, cause, end_of_group, fault, not_here
from place import Place, until

SHARD = "model-00002-of-00002.safetensors"


@contextlib.contextmanager
def mounted(place: Place, node: str, target: Path, *arguments: str) -> Iterator[None]:
    """A mount that this host alone sees."""
    on(place, node[-1], "mount", *arguments, str(target))
    try:
        yield
    finally:
        on(place, node[-1], "umount", "-l", str(target))


@contextlib.contextmanager
def sshd_limit(place: Place, node: str, name: int, value: int) -> Iterator[None]:
    """A limit of every login of the host."""
    before = resource.prlimit(place.sshd[node], name)
    resource.prlimit(place.sshd[node], name, (value, value))
    try:
        yield
    finally:
        resource.prlimit(place.sshd[node], name, before)


def findings(place: Place, spec: Path | None = None) -> tuple[float, str]:
    """What `check` prints, and after how many seconds."""
    begin = time.monotonic()
    done = place.r1cluster("check", str(spec or place.spec), timeout_s=90)
    return time.monotonic() - begin, done.stdout + done.stderr


def fails_to_start(place: Place, *words: str, options: tuple[str, ...] = ()) -> Figures:
    """`up` does not become ready, says these words, and has undone everything when it ends."""
    begin = time.monotonic()
    done = place.r1cluster("up", str(place.spec), *options, timeout_s=120)
    figures = Figures(detected_s=time.monotonic() - begin)
    text = done.stdout + done.stderr
    assert done.returncode in (FINDINGS, FAILED), f"exit {done.returncode}: {text[-600:]}"
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in: {text[-700:]}"
    assert not place.processes(), place.processes()
    figures.said = next((line.strip() for line in text.splitlines() if words and words[0] in line), "")
    return figures


@fault("F36", "a listener on the API's port of node0", "`check` names port, pid and program; nothing starts", times=2)
def port_taken(place: Place) -> Figures:
    """A taken port is found before anything starts, with who has it."""
    code = "import socket, time; s = socket.create_server(('10.77.0.1', 8000)); time.sleep(600)"
    holder = subprocess.Popen([*place.hosts.on("0"), "python3", "-c", code])
    try:
        until(lambda: 8000 in place.ports("node0"), 10, "the listener listens")
        begin = time.monotonic()
        done = place.up()
        figures = Figures(detected_s=time.monotonic() - begin)
        assert done.returncode == FINDINGS, done.stdout + done.stderr
        figures.said = next((line.strip() for line in done.stdout.splitlines() if str(holder.pid) in line), "")
        assert figures.said, f"pid {holder.pid} is not named: " + done.stdout[-1500:]
    finally:
        holder.kill()
        holder.wait()
    return figures


@fault(
    "F37",
    "a state folder, a lock and a cgroup of a run that ended by power loss; foreign ones beside",
    "ours removed, foreign ones left",
    times=2,
)
def stale_state(place: Place) -> Figures:
    """What a former run left is removed, what is not ours stays."""
    with place.serving():
        for node in place.hosts.names:
            for pid in sorted(place.processes(node)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    stale = [text for text in place.leftovers() if text.startswith("cgroup")]
    foreign = [Path("/sys/fs/cgroup/unified/r1cluster-foreign"), place.folder / "node1" / "tmp" / "r1c-foreign"]
    foreign[0].mkdir(exist_ok=True) if foreign[0].parent.exists() else None
    foreign[1].mkdir()
    try:
        done = place.up()
        assert done.returncode == CLEAN, done.stdout[-700:] + done.stderr
        assert not [text for text in stale if text in place.leftovers()], "the former cgroups are still there"
        assert place.down().returncode == CLEAN
        assert foreign[1].exists() and (foreign[0].exists() or not foreign[0].parent.exists()), (
            "a foreign folder was removed"
        )
    finally:
        foreign[1].rmdir()
        if foreign[0].exists():
            foreign[0].rmdir()
    return Figures(note=f"{len(stale)} stale cgroups")


@fault(
    "F42",
    "the state of node0 on a tmpfs of 1 MiB, then 64 MiB of log",
    "the engine serves on; what was dropped is counted",
    is_short=True,
)
def log_disk_full(place: Place) -> Figures:
    """A full disk for logs stops no engine."""
    state = place.state("node0").parent.parent
    state.mkdir(parents=True, exist_ok=True)
    place.fault("flood.api", "64")
    with mounted(place, "node0", state, "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"):
        try:
            begin = time.monotonic()
            done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=120)
            ready_s = time.monotonic() - begin
            assert done.returncode == CLEAN, done.stdout[-900:] + done.stderr
            code, status = place.status()
            assert (code, status["phase"]) == (CLEAN, "ready"), status
            logs = place.r1cluster("logs", str(place.spec), "--host", "node0", "-n", "5").stdout
        finally:
            down = place.down()
        assert down.returncode == CLEAN, down.stderr
    return Figures(note=f"ready after {ready_s:.1f} s", said=logs.strip()[-150:])


@fault(
    "F43",
    "the state folder's disk is filled while it serves, then SIGKILL to a rank",
    "the group ends; no state is half",
    times=2,
)
def state_disk_full(place: Place) -> Figures:
    """A state that cannot be written is old, and never half."""
    state = place.state("node1").parent.parent
    state.mkdir(parents=True, exist_ok=True)
    with mounted(place, "node1", state, "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"):
        try:
            done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=120)
            assert done.returncode == CLEAN, done.stdout[-900:] + done.stderr
            place.let_guards_look()
            on(place, "1", "sh", "-c", f"cat /dev/zero >{state}/filler 2>/dev/null || true")
            begin = time.monotonic()
            kill(place, "node1", "VLLM::Worker_PP1")
            until(lambda: place.said("node0").get("cause"), 30, "node0 hears the cause", 0.01)
            figures = Figures(detected_s=time.monotonic() - begin)
            until(lambda: not place.processes(), 30, "nothing runs", 0.01)
            figures.gone_s = time.monotonic() - begin
            cause(place, figures, host="node1", rank=1)
        finally:
            down = place.down()
        assert down.returncode == CLEAN, down.stderr
    return figures


@fault("F44", "node1's home read-only; then its temporary folder noexec", "refused with the path; then works")
def read_only_home(place: Place) -> Figures:
    """A home that cannot be written to is refused by name, and no program runs from a temporary folder."""
    home = place.folder / "node1" / "home"
    shutil.rmtree(home / ".local", ignore_errors=True)
    on(place, "1", "mount", "--bind", str(home), str(home))
    on(place, "1", "mount", "-o", "remount,bind,ro", str(home))
    try:
        figures = fails_to_start(place, "ead-only", "node1")
    finally:
        on(place, "1", "umount", str(home))
    with mounted(place, "node1", place.folder / "node1" / "tmp", "-t", "tmpfs", "-o", "noexec,mode=1777", "tmpfs"):
        with place.serving():
            pass
        assert place.down().returncode == CLEAN
    return figures


@fault("F46", "state.json read all the time while guards write it", "each version is whole", times=2)
def state_is_whole(place: Place) -> Figures:
    """Whoever reads a state meets the one before or the one after."""
    seen, bad, over = 0, [], threading.Event()

    def read_all() -> None:
        nonlocal seen
        while not over.is_set():
            for node in place.hosts.names:
                try:
                    text = (place.state(node) / "state.json").read_text(encoding="utf-8")
                except OSError:
                    continue
                seen += 1
                try:
                    json.loads(text)
                except ValueError:
                    bad.append(text[:80])

    reader = threading.Thread(target=read_all)
    reader.start()
    try:
        with place.serving():
            end_of_group(place, lambda: kill(place, "node1", "VLLM::Worker_PP1"))
    finally:
        over.set()
        reader.join()
    assert seen > 100 and not bad, f"{len(bad)} of {seen} were half: {bad[:3]}"
    return Figures(note=f"{seen} reads, 0 half; a cut of power itself cannot be made here")


def flood(place: Place, megabytes: int) -> Figures:
    place.fault("flood.api", str(megabytes))
    place.spec = place.write_spec(timeout=120)
    process = place.r1cluster.start("up", str(place.spec))
    drain = threading.Thread(target=lambda: setattr(process, "said", process.communicate()), daemon=True)
    drain.start()
    until(lambda: place.pids("node0", "--host"), 60, "the engine starts")
    begin, peak = time.monotonic(), 0
    guard = place.said("node0")["guard_pid"]
    until(lambda: place.pids("node0", "VLLM::EngineCore"), 110, "the flood is over", 0.02)
    seconds = time.monotonic() - begin
    for line in Path(f"/proc/{guard}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            peak = int(line.split()[1]) >> 10
    drain.join(60)
    assert process.returncode == CLEAN, process.said
    assert peak < 128, f"the guard took {peak} MiB"
    return Figures(note=f"{megabytes / seconds:.0f} MB/s, guard at most {peak} MiB")


@fault("F47", "500 MiB of log in one go", "the guard's memory stays bounded", times=2)
def log_flood(place: Place) -> Figures:
    """A flood of log takes no memory (W15: its speed is what the engine is held to)."""
    return flood(place, 500)


NASTY = "\x1b]0;owned\x07\x1b[2J\u009b31m\u0085\x7f\u202e\x08\r\x00"


@fault(
    "B7",
    "an engine prints ESC, OSC, BEL, C1, DEL, NUL and a bidirectional control, then 4 MiB without a line end",
    "nothing that a terminal obeys reaches it",
    is_short=True,
)
def foreign_text(place: Place) -> Figures:
    """What an engine prints reaches a terminal as text."""
    import re

    place.fault("lines.rank1", NASTY + "ERROR " + NASTY + "\n" + "x" * (4 << 20))
    with place.serving():
        said = [place.r1cluster(verb, str(place.spec)) for verb in ("status", "logs")] + [place.up()]
    text = "".join(done.stdout + done.stderr for done in said)
    obeyed = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert not obeyed, f"reached the terminal: {sorted(set(obeyed))!r}"
    assert "owned" in text, "the line is not in the log at all"
    return Figures(note=f"{len(text)} characters shown")


@fault(
    "B4",
    "an error behind 6 MiB of log, then exit 1",
    "`up` exits with 1 and names it; what was left out is said",
    is_short=True,
)
def error_behind_log(place: Place) -> Figures:
    """An error behind much log is found."""
    place.fault("flood.api", "6")
    place.fault("exit.api", "1 OSError: [Errno 98] Address already in use")
    return fails_to_start(place, "Address already in use", "node0")


@fault("F49", "/dev/shm of node1 has 1 MiB", "`check` names it with the needed size")
def small_shared_memory(place: Place) -> Figures:
    """Shared memory that is too small is found before a start."""
    with mounted(place, "node1", Path("/dev/shm"), "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        seconds, text = findings(place)
    figures = Figures(
        detected_s=seconds, said=next((line.strip() for line in text.splitlines() if "limits.shm" in line), "")
    )
    assert figures.said and "node1" in figures.said, "`check` says nothing of /dev/shm: " + text[-300:]
    return figures


@fault(
    "F50",
    'nofile 256 for logins of node1; a log with "ibv_reg_mr failed"',
    "`check` names node1; `diagnose` names memlock",
    is_short=True,
)
def low_limits(place: Place) -> Figures:
    """Low limits are found before a start, and in a log."""
    with sshd_limit(place, "node1", resource.RLIMIT_NOFILE, 256):
        seconds, text = findings(place)
    line = next((line.strip() for line in text.splitlines() if "limits.open_files" in line), "")
    assert "node1" in line, text[-600:]
    log = place.folder / "nccl.log"
    log.write_text(
        "node1:1:1 [0] misc/ibvwrap.cc:222 NCCL WARN Call to ibv_reg_mr failed with error Cannot allocate memory\n",
        encoding="utf-8",
    )
    done = place.r1cluster("diagnose", str(log))
    assert "memlock" in done.stdout or "lock" in done.stdout, done.stdout
    return Figures(detected_s=seconds, said=line)


@fault("F18", "nofile 64 for logins of node1", "a clear refusal or a service, never half a start")
def few_descriptors(place: Place) -> Figures:
    """With 64 descriptors `up` says what is wrong and leaves nothing."""
    with sshd_limit(place, "node1", resource.RLIMIT_NOFILE, 64):
        done = place.r1cluster("up", str(place.spec), "--ignore-findings", timeout_s=120)
        text = done.stdout + done.stderr
        assert done.returncode in (CLEAN, FINDINGS, FAILED), text
        if done.returncode != CLEAN:
            assert "node1" in text, text[-500:]
            assert not place.processes(), place.processes()
        else:
            assert place.status()[1]["phase"] == "ready"
            place.down()
    return Figures(
        note=f"exit {done.returncode}", said=(done.stderr.strip().splitlines() or [""])[-1] if done.returncode else ""
    )


@fault(
    "F17", "a v1 pids cgroup around node1's logins, with limits from 2 to 24", "an error and nothing left, or a service"
)
def no_more_processes(place: Place) -> Figures:
    """Where fork fails, `up` says so and undoes."""
    group = Path(f"/sys/fs/cgroup/pids/r1cluster-faults-{os.getpid()}")
    if not group.parent.exists():
        raise NotHere("no v1 pids cgroup")
    group.mkdir()
    outcome = []
    try:
        (group / "cgroup.procs").write_text(str(place.sshd["node1"]), encoding="utf-8")
        for limit in (2, 4, 6, 8, 10, 14, 18, 24):
            (group / "pids.max").write_text(str(limit), encoding="utf-8")
            done = place.r1cluster("up", str(place.spec), timeout_s=120)
            (group / "pids.max").write_text("max", encoding="utf-8")
            text = done.stdout + done.stderr
            if done.returncode == CLEAN:
                assert place.status()[1]["phase"] == "ready", limit
            else:
                assert "node1" in text, f"limit {limit}: {text[-500:]}"
                until(lambda: not place.processes(), 30, f"limit {limit}: nothing runs", 0.05)
            outcome.append(f"{limit}: exit {done.returncode}")
            assert place.down().returncode == CLEAN
    finally:
        (group / "pids.max").write_text("max", encoding="utf-8")
        (group.parent / "cgroup.procs").write_text(str(place.sshd["node1"]), encoding="utf-8")
        until(lambda: remove_group(group), 20, f"{group} is empty")
    return Figures(note=", ".join(outcome))


def remove_group(group: Path) -> bool:
    for pid in (group / "cgroup.procs").read_text().split():
        with contextlib.suppress(OSError):
            (group.parent / "cgroup.procs").write_text(pid, encoding="utf-8")
    try:
        group.rmdir()
    except OSError:
        return False
    return True


def with_other_engine(place: Place, change: object) -> Figures:
    """node1 has an environment of its own, changed."""
    folder = place.folder / "engine1"
    shutil.copytree(place.python.parents[1], folder)
    try:
        change(folder)  # type: ignore[operator]
        text = place.spec.read_text(encoding="utf-8")
        place.spec.write_text(
            text.replace('address = "10.77.0.2"', f'address = "10.77.0.2"\npython = "{folder}/bin/python"'),
            encoding="utf-8",
        )
        return fails_to_start(place, "node1", "engine1", options=("--ignore-findings",))
    finally:
        shutil.rmtree(folder)


@fault(
    "F15",
    "node1's interpreter: missing, not executable, with a bad interpreter, a directory",
    "host, path and reason; undone",
    is_short=True,
)
def no_program(place: Place) -> Figures:
    """A program that cannot be run is named with its host and path."""

    def replace(python: Path) -> None:
        python.unlink()
        python.mkdir()

    changes = {
        "missing": lambda folder: (folder / "bin/python").unlink(),
        "not executable": lambda folder: (folder / "bin/python").chmod(0o644),
        "bad interpreter": lambda folder: (folder / "bin/python").write_text(
            "#!/nonexistent/python\n", encoding="utf-8"
        ),
        "a directory": lambda folder: replace(folder / "bin/python"),
    }
    said, slowest = [], 0.0
    for name, change in changes.items():
        place.spec = place.write_spec()
        try:
            figures = with_other_engine(place, change)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None
        assert not [text for text in place.leftovers() if ": state" not in text], place.leftovers()
        said.append(figures.said)
        slowest = max(slowest, figures.detected_s or 0)
    return Figures(detected_s=slowest, said=" / ".join(said))


@fault("F56", "vLLM 0.31.0 on node1, 0.32.0 on node0", "`check` names both versions; nothing starts")
def other_version(place: Place) -> Figures:
    """Hosts with different releases of the engine are found before a start."""
    folder = place.folder / "engine1"
    shutil.copytree(place.python.parents[1], folder)
    packages = folder / "lib/python3.11/site-packages"
    (packages / "vllm-0.32.0+cpu.dist-info").rename(packages / "vllm-0.31.0+cpu.dist-info")
    text = place.spec.read_text(encoding="utf-8")
    place.spec.write_text(
        text.replace('address = "10.77.0.2"', f'address = "10.77.0.2"\npython = "{folder}/bin/python"'),
        encoding="utf-8",
    )
    try:
        return fails_to_start(place, "0.31.0", "0.32.0")
    finally:
        shutil.rmtree(folder)


@fault(
    "F54",
    "node1's checkpoint: shard missing, cut, other size, LFS pointer, HTML page",
    "refused, with host and file",
    is_short=True,
)
def bad_shards(place: Place) -> Figures:
    """A checkpoint that is not the same on every host is refused."""
    said, slowest = [], 0.0
    copy = place.folder / "model1"
    changes = {
        "missing": lambda shard: shard.unlink(),
        "cut": lambda shard: shard.write_bytes(shard.read_bytes()[:-100]),
        "other size": lambda shard: shard.write_bytes(shard.read_bytes() + bytes(8)),
        "LFS pointer": lambda shard: shard.write_text(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", encoding="utf-8"
        ),
        "HTML page": lambda shard: shard.write_text("<!DOCTYPE html><html>not found</html>", encoding="utf-8"),
    }
    for name, change in changes.items():
        write_checkpoint(copy)
        change(copy / SHARD)
        try:
            with mounted(place, "node1", place.model, "--bind", str(copy)):
                figures = fails_to_start(place, SHARD, "node1")
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None
        finally:
            shutil.rmtree(copy)
        said.append(f"{name}: {figures.said[:60]}")
        slowest = max(slowest, figures.detected_s or 0)
    return Figures(detected_s=slowest, note="; ".join(said))


@fault(
    "F55",
    "node1's checkpoint on a FUSE file system that stops answering",
    "a deadline, host named; no wedge",
    detected_s=60,
)
def model_stalls(place: Place) -> Figures:
    """A file system that answers nothing holds `check` up for its time limit and no longer."""
    if not shutil.which("bindfs"):
        raise NotHere("bindfs is not installed")
    copy = place.folder / "model1"
    write_checkpoint(copy)
    on(place, "1", "bindfs", str(copy), str(place.model))
    try:
        (pid,) = place.pids("node1", "bindfs")
        os.kill(pid, signal.SIGSTOP)
        try:
            seconds, text = findings(place)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert "node1" in text, text[-500:]
    finally:
        on(place, "1", "umount", "-l", str(place.model))
        shutil.rmtree(copy)
        until(lambda: not place.processes(), 90, "nothing runs", 0.1)
    return Figures(detected_s=seconds, said=next(line.strip() for line in text.splitlines() if "node1" in line))


for _key, _name, _injected, _promised in (
    ("F51", "Docker daemon dies, restarts or hangs", "SIGKILL, SIGSTOP to dockerd", "adopt by label"),
    ("F52", "A create call fails and the container starts", "a proxy drops the answer", "removed by the reconciler"),
    ("F53", "An image is missing or another one on one host", "docker rmi, retag", "found before a start"),
):
    not_here(_key, _name, _injected, _promised, "containers are not supported yet")
