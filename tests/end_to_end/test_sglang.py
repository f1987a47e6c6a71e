# SPDX-License-Identifier: Apache-2.0
"""`up` of SGLang over two hosts: r1cluster and its guards are real, SGLang is a stand-in."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CLEAN, R1cluster, processes_with, write_environment
from test_bad_input import model_copy as model_copy

PATIENCE_S = 60
SPEC = """\
name = "sglang-e2e"
[[host]]
name = "node0"
address = "127.0.0.1"
transport = "local"
[[host]]
name = "node1"
address = "127.0.0.2"
transport = "local"
[model]
path = "{model}"
served_name = "tiny"
[engine]
name = "sglang"
python = "{python}"
start_timeout_s = 60
[serve]
port = {port}
max_model_len = 512
[layout]
tensor_parallel = 1
pipeline_parallel = 2
"""


def free_ports() -> int:
    """An API port that is free, as are the next one and those that follow from it."""
    for port in range(20000 + os.getpid() % 5000, 30000, 2):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for one in (port, port + 1, port + 10000, port + 20000):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", one))
            return port
    pytest.fail("no free ports")


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="r1g-") as home:  # a short name: sockets have 107 characters
        yield Path(home)
        assert not processes_with(f"HOME={home}")


@pytest.fixture
def here(binary: Path, home: Path) -> R1cluster:
    return R1cluster(binary, home)


@pytest.fixture
def spec(tmp_path: Path, model_copy: Path) -> Path:
    path = tmp_path / "cluster.toml"
    python = write_environment(tmp_path / "engine", ["sglang-0.5.23", "torch-2.14.1"], "sglang_stand_in.py")
    path.write_text(SPEC.format(model=model_copy, python=python, port=free_ports()), encoding="utf-8")
    return path


@pytest.fixture
def running(here: R1cluster, spec: Path) -> Iterator[dict]:
    done = here("up", str(spec), timeout_s=120)
    try:
        assert done.returncode == CLEAN, done.stdout + done.stderr
        yield here.status(spec)[1]
    finally:
        ended = here("down", str(spec), "--purge", timeout_s=120)
        assert ended.returncode == CLEAN, ended.stdout + ended.stderr


def ranks_of(status: dict) -> dict[int, tuple[str, int]]:
    return {rank["rank"]: (host["host"], rank["pid"]) for host in status["hosts"] for rank in host["ranks"]}


def title(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]


def test_every_rank_is_known_by_its_title_and_a_token_comes(running: dict) -> None:
    assert running["phase"] == "ready"
    ranks = ranks_of(running)
    assert {rank: host for rank, (host, _) in ranks.items()} == {0: "node0", 1: "node1"}
    assert [title(ranks[rank][1]) for rank in (0, 1)] == [b"sglang::scheduler_PP0", b"sglang::scheduler_PP1"]
    body = json.dumps({"model": "tiny", "prompt": "The capital of France is"}).encode()
    request = urllib.request.Request(
        running["endpoint"] + "/completions", body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert json.load(answer)["choices"][0]["text"] == " Paris"


@pytest.mark.parametrize("rank", [0, 1])
def test_a_scheduler_that_is_killed_fails_the_deployment_and_is_named(
    running: dict, here: R1cluster, spec: Path, rank: int
) -> None:
    host, pid = ranks_of(running)[rank]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while (status := here.status(spec)[1])["phase"] != "failed":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    causes = [one["cause"]["text"] for one in status["hosts"] if one.get("cause")]
    assert any(f"rank {rank} on {host} (pid {pid}) was killed by SIGKILL" in text for text in causes), causes


def test_the_detokenizer_is_watched_as_well(running: dict, here: R1cluster, spec: Path) -> None:
    head = Path(f"/proc/{ranks_of(running)[0][1]}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1]
    children = Path(f"/proc/{head}/task/{head}/children").read_text(encoding="utf-8").split()
    detokenizer = next(int(pid) for pid in children if title(int(pid)) == b"sglang::detokenizer")
    time.sleep(3)  # two looks of the guard
    os.kill(detokenizer, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while (status := here.status(spec)[1])["phase"] != "failed":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    causes = [one["cause"]["text"] for one in status["hosts"] if one.get("cause")]
    assert any("detokenizer of head on node0" in text for text in causes), causes
