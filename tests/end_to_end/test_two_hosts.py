# SPDX-License-Identifier: Apache-2.0
"""A deployment over two ssh hosts with the real engine, from its first token to every way of ending.

The tests run in the order of the file: an engine takes a minute or two to start, so those that need one share it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import (
    CLEAN,
    FINDINGS,
    INTERRUPTED,
    PARTS,
    UP_TIMEOUT_S,
    Hosts,
    R1cluster,
    hosts_of_this_machine,
    wait_until_empty,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="hosts are network namespaces: needs root")

# What the launch plan promises: a peer that was not heard of for so long is lost, and then the engine gets its grace.
LEASE_S = 20
GRACE_S = 10
AGENT_IDLE_S = 60


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with hosts_of_this_machine(2) as hosts:
        yield hosts


@pytest.fixture(scope="module")
def spec(hosts: Hosts, engine_python: str, tiny_model: Path) -> Path:
    path = hosts.folder / "cluster.toml"
    path.write_text(
        f"""\
name = "{hosts.folder.name}"
[[host]]
name = "node0"
address = "10.77.0.1"
[[host]]
name = "node1"
address = "10.77.0.2"
[model]
path = "{tiny_model}"
served_name = "tiny-r1"
[engine]
python = "{engine_python}"
kv_cache_bytes = "256 MiB"
start_timeout_s = 500
[serve]
address = "10.77.0.1"
port = 8000
is_unprotected = true
max_model_len = 512
[layout]
tensor_parallel = 1
pipeline_parallel = 2
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def r1cluster(hosts: Hosts, binary: Path) -> R1cluster:
    home = hosts.folder / "client"
    home.mkdir()
    return R1cluster(binary, home, hosts.on("client"), ("--ssh-config", str(hosts.folder / "ssh_config")))


@pytest.fixture(scope="module")
def running(r1cluster: R1cluster, spec: Path, hosts: Hosts) -> Iterator[Path]:
    """The deployment, up and with its first token; the `up` that started it has ended."""
    done = r1cluster("up", str(spec), timeout_s=UP_TIMEOUT_S)
    assert done.returncode == CLEAN, done.stdout + done.stderr
    yield spec
    r1cluster("down", str(spec), "--purge")


def answer(hosts: Hosts, tiny_model: Path, question: str) -> tuple[str, str]:
    """What the model says, and what it must say."""
    expected = json.loads((tiny_model / "questions_and_answers.json").read_text(encoding="utf-8"))[question]
    command = [*hosts.on("client"), "python3", PARTS / "chat.py", "http://10.77.0.1:8000/v1", "tiny-r1", question]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n"), expected


@pytest.mark.parametrize("question", ["What did you do today?", "Who are you?"])
def test_the_answer_is_right_word_for_word(running: Path, hosts: Hosts, tiny_model: Path, question: str) -> None:
    said, expected = answer(hosts, tiny_model, question)
    assert said == expected


def test_status_names_every_rank_and_where_it_lives(running: Path, r1cluster: R1cluster) -> None:
    code, status = r1cluster.status(running)
    assert code == CLEAN
    assert status["phase"] == "ready"
    assert status["endpoint"] == "http://10.77.0.1:8000/v1"
    ranks = {(host["host"], rank["rank"]): rank for host in status["hosts"] for rank in host["ranks"]}
    assert set(ranks) == {("node0", 0), ("node1", 1)}
    for rank in ranks.values():
        assert rank["is_alive"]
        assert Path(f"/proc/{rank['pid']}").exists()


def test_up_again_does_nothing_and_says_so(running: Path, r1cluster: R1cluster) -> None:
    _, before = r1cluster.status(running)
    done = r1cluster("up", str(running))
    assert done.returncode == CLEAN, done.stderr
    assert "running already" in done.stdout
    _, after = r1cluster.status(running)
    pids = [[rank["pid"] for host in status["hosts"] for rank in host["ranks"]] for status in (before, after)]
    assert pids[0] == pids[1]


def test_logs_come_from_both_hosts(running: Path, r1cluster: R1cluster) -> None:
    done = r1cluster("logs", str(running), "--lines", "20")
    assert done.returncode == CLEAN
    assert {line.split(" ")[0] for line in done.stdout.splitlines()} == {"node0", "node1"}


def test_a_killed_rank_ends_the_group_within_five_seconds_and_is_named(
    running: Path, r1cluster: R1cluster, hosts: Hosts
) -> None:
    _, status = r1cluster.status(running)
    victim = next(rank for host in status["hosts"] if host["host"] == "node1" for rank in host["ranks"])
    os.kill(victim["pid"], signal.SIGKILL)
    wait_until_empty(lambda: hosts.engine_processes("0"), 5)
    code, status = r1cluster.status(running)
    assert code == FINDINGS
    assert status["phase"] == "failed"
    assert status["cause"]["host"] == "node1"
    assert status["cause"]["rank"] == victim["rank"]
    assert status["cause"]["signal"] == signal.SIGKILL
    shown = r1cluster("status", str(running)).stdout
    first = next(line for line in shown.splitlines() if "SIGKILL" in line)
    assert "node1" in first
    assert "rank 1" in first


def test_up_after_a_failure_serves_again(running: Path, r1cluster: R1cluster, hosts: Hosts, tiny_model: Path) -> None:
    done = r1cluster("up", str(running), timeout_s=UP_TIMEOUT_S)
    assert done.returncode == CLEAN, done.stdout + done.stderr
    said, expected = answer(hosts, tiny_model, "Who are you?")
    assert said == expected


def test_down_with_purge_leaves_nothing(running: Path, r1cluster: R1cluster, hosts: Hosts) -> None:
    done = r1cluster("down", str(running), "--purge")
    assert done.returncode == CLEAN, done.stderr
    assert hosts.left() == []
    for host in ("node0", "node1"):
        assert not list((hosts.folder / host / "home").rglob(running.parent.name))
    code, status = r1cluster.status(running)
    assert code == CLEAN
    assert status["phase"] == "absent"


# ---- an `up` that does not reach its end


@pytest.fixture
def starting(r1cluster: R1cluster, spec: Path, hosts: Hosts) -> Iterator[subprocess.Popen[str]]:
    """An `up` whose engine processes run on both hosts, long before the first token."""
    process = r1cluster.start("up", str(spec))
    deadline = time.monotonic() + 90
    while not all(hosts.engine_processes(host) for host in ("0", "1")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(3)
    assert process.poll() is None
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()
    r1cluster("down", str(spec), "--purge")


def test_ctrl_c_leaves_the_hosts_as_they_were(starting: subprocess.Popen[str], hosts: Hosts) -> None:
    starting.send_signal(signal.SIGINT)
    _, errors = starting.communicate(timeout=GRACE_S + 15)
    assert starting.returncode == INTERRUPTED
    assert "what was started on node0, node1 has been ended" in errors
    assert hosts.left() == []


def test_a_killed_controller_takes_a_deployment_without_a_token_with_it(
    starting: subprocess.Popen[str], hosts: Hosts
) -> None:
    starting.kill()
    wait_until_empty(lambda: hosts.processes("0") + hosts.processes("1"), LEASE_S + GRACE_S + 5)


def test_a_cut_link_ends_up_with_the_name_of_the_host(starting: subprocess.Popen[str], hosts: Hosts) -> None:
    hosts("cut", "1")
    try:
        begin = time.monotonic()
        out, error = starting.communicate(timeout=90)
        assert time.monotonic() - begin < 75
        assert starting.returncode not in (CLEAN, INTERRUPTED)
        assert "node1" in error + out
        assert not hosts.processes("0")
        # The host that was cut off ends on its own: its guard hears of nobody any more, and at last its agent.
        wait_until_empty(lambda: hosts.engine_processes("1"), LEASE_S + GRACE_S + 5)
        wait_until_empty(lambda: hosts.processes("1"), AGENT_IDLE_S)
    finally:
        hosts("restore", "1")
