# SPDX-License-Identifier: Apache-2.0
"""Programs, releases and checkpoints that are not the same on every host."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from checkpoint import write_checkpoint
from injections import fails_to_start, findings, mounted, on
from measure import Figures, NotHere, fault, not_here
from place import Place, until

SHARD = "model-00002-of-00002.safetensors"


def with_other_engine(place: Place, change: object, reason: str) -> Figures:
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
        return fails_to_start(place, "worker-1 on node1", "engine1/bin/python", reason, options=("--ignore-findings",))
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
        "No such file or directory": lambda folder: (folder / "bin/python").unlink(),
        "Permission denied": lambda folder: (folder / "bin/python").chmod(0o644),
        "No such file": lambda folder: (folder / "bin/python").write_text("#!/nonexistent/python\n", encoding="utf-8"),
        "denied": lambda folder: replace(folder / "bin/python"),
    }
    said, slowest = [], 0.0
    for name, change in changes.items():
        place.spec = place.write_spec()
        try:
            figures = with_other_engine(place, change, name)
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
                figures = fails_to_start(place, "node1", SHARD)
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
    on(place, "1", "bindfs", "-o", "nonempty", str(copy), str(place.model))
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
