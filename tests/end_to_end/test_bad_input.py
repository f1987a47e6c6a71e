# SPDX-License-Identifier: Apache-2.0
"""What a user can get wrong, before any engine starts: the exit code, and a message that names the thing."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoint import write_checkpoint
from conftest import CLEAN, FAILED, FINDINGS, INTERRUPTED, WRONG_USAGE, R1cluster, free_port

VERBS = ["init", "record", "show", "model", "plan", "check", "config", "launch", "up", "status", "logs", "down"]
VERBS += ["diagnose", "knowledge"]

SPEC = """\
name = "bad-input"

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

[engine]
python = "{python}"

[serve]
port = {port}
max_model_len = 512

[layout]
tensor_parallel = 1
pipeline_parallel = 2
"""


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    """No engine is needed to make it."""
    return write_checkpoint(tmp_path / "model", layers=2)


@pytest.fixture
def spec(tmp_path: Path, model_copy: Path) -> Path:
    path = tmp_path / "cluster.toml"
    path.write_text(SPEC.format(model=model_copy, python=sys.executable, port=free_port()), encoding="utf-8")
    return path


def edited(spec: Path, old: str, new: str) -> Path:
    text = spec.read_text(encoding="utf-8")
    assert old in text
    spec.write_text(text.replace(old, new), encoding="utf-8")
    return spec


def messages(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


# ---- the command line and the spec


def test_no_verb_is_wrong_usage(here: R1cluster) -> None:
    assert here().returncode == WRONG_USAGE


def test_an_unknown_verb_is_wrong_usage_and_named(here: R1cluster) -> None:
    done = here("upp", "cluster.toml")
    assert done.returncode == WRONG_USAGE
    assert "upp" in done.stderr


def test_help_is_no_mistake(here: R1cluster) -> None:
    done = here("--help")
    assert done.returncode == CLEAN
    assert "status" in done.stdout


def test_a_mistyped_verb_or_option_is_answered_with_the_nearest(here: R1cluster) -> None:
    verb = here("stauts", "cluster.toml")
    option = here("plan", "--fron", "recording", "cluster.toml")
    assert (verb.returncode, option.returncode) == (WRONG_USAGE, WRONG_USAGE)
    assert 'no verb "stauts"' in verb.stderr
    assert 'did you mean "status"?' in verb.stderr
    assert 'r1cluster plan: "--fron" is no option of it' in option.stderr
    assert 'did you mean "--from"?' in option.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_fits_80_columns_and_has_an_example(here: R1cluster, verb: str) -> None:
    done = here(verb, "--help")
    assert done.returncode == CLEAN
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert f"Example: r1cluster {verb} " in done.stdout
    assert "Exit codes: 0 clean" in done.stdout


def test_down_of_nothing_says_that_there_was_nothing(here: R1cluster, spec: Path) -> None:
    done = here("down", str(spec))
    assert done.stdout.splitlines()[-1].startswith("nothing to end: no host has a deployment ")


@pytest.mark.parametrize("verb", ["up", "status", "down", "logs", "check", "plan"])
def test_a_spec_that_is_not_there_is_named(here: R1cluster, tmp_path: Path, verb: str) -> None:
    done = here(verb, str(tmp_path / "absent.toml"))
    assert done.returncode == FAILED
    assert f'"{tmp_path}/absent.toml"' in done.stderr


def test_a_truncated_spec_is_told_with_its_place(here: R1cluster, spec: Path) -> None:
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text[: text.index("127.0.0.2") + 3], encoding="utf-8")
    done = here("up", str(spec))
    assert done.returncode == FAILED
    assert f"{spec}:10:" in done.stderr


def test_an_empty_spec_says_what_is_missing(here: R1cluster, spec: Path) -> None:
    spec.write_text("", encoding="utf-8")
    done = here("up", str(spec))
    assert done.returncode == FAILED
    assert "[[host]]" in done.stderr


def test_a_folder_is_no_spec(here: R1cluster, tmp_path: Path) -> None:
    done = here("up", str(tmp_path))
    assert done.returncode == FAILED
    assert str(tmp_path) in done.stderr


def test_line_ends_of_windows_are_fine(here: R1cluster, spec: Path) -> None:
    spec.write_bytes(spec.read_bytes().replace(b"\n", b"\r\n"))
    done = here("status", str(spec))
    assert done.returncode == CLEAN, done.stderr


def test_status_of_what_was_never_started_says_absent(here: R1cluster, spec: Path) -> None:
    code, status = here.status(spec)
    assert code == CLEAN
    assert status["phase"] == "absent"


def test_down_of_what_was_never_started_is_clean(here: R1cluster, spec: Path) -> None:
    assert here("down", str(spec)).returncode == CLEAN


# ---- hosts


def ssh_host(spec: Path, port: int, tmp_path: Path) -> tuple[str, ...]:
    """Makes node1 an ssh host on this loopback port; returns the options that reach it so."""
    edited(spec, 'address = "127.0.0.2"\ntransport = "local"', 'address = "127.0.0.2"\nssh = "node1"')
    config = tmp_path / "ssh_config"
    config.write_text(
        f"Host node1\n  HostName 127.0.0.1\n  Port {port}\n  StrictHostKeyChecking no\n"
        "  UserKnownHostsFile /dev/null\n  BatchMode yes\n",
        encoding="utf-8",
    )
    return ("--ssh-config", str(config))


def test_a_host_that_refuses_is_named_and_nothing_starts(here: R1cluster, spec: Path, tmp_path: Path) -> None:
    done = here("up", str(spec), *ssh_host(spec, free_port(), tmp_path))
    assert done.returncode in (FINDINGS, FAILED)
    assert "node1" in messages(done)
    assert "refused" in messages(done)
    assert done.stdout.splitlines()[-1].startswith("not started: ")
    assert here("check", str(spec), *ssh_host_options(tmp_path)).returncode == FINDINGS


def ssh_host_options(tmp_path: Path) -> tuple[str, ...]:
    return ("--ssh-config", str(tmp_path / "ssh_config"))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A listener on loopback that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in taken:
            connection.close()


def test_a_host_that_hangs_is_given_up_at_the_deadline(
    here: R1cluster, spec: Path, tmp_path: Path, silent_port: int
) -> None:
    begin = time.monotonic()
    done = here("up", str(spec), "--connect-timeout", "3", *ssh_host(spec, silent_port, tmp_path))
    assert time.monotonic() - begin < 20
    assert done.returncode in (FINDINGS, FAILED)
    assert "node1" in messages(done)


def test_ctrl_c_ends_a_hanging_up_at_once(here: R1cluster, spec: Path, tmp_path: Path, silent_port: int) -> None:
    process = here.start("up", str(spec), *ssh_host(spec, silent_port, tmp_path))
    time.sleep(2)
    assert process.poll() is None
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert time.monotonic() - begin < 5
    assert process.returncode == INTERRUPTED


# ---- what the hosts have


def refused(here: R1cluster, spec: Path) -> tuple[set[str], str]:
    """Ids of the errors for which `up` refuses to start, and all their text. `check` must not pass either."""
    up = here("up", str(spec), "--json")
    assert up.returncode == FINDINGS, messages(up)
    assert here("check", str(spec)).returncode in (FINDINGS, FAILED)
    errors = [finding for finding in json.loads(up.stdout)["report"]["findings"] if finding["severity"] == "error"]
    return {finding["id"] for finding in errors}, json.dumps(errors)


def test_a_python_without_the_engine_is_found(here: R1cluster, spec: Path) -> None:
    ids, text = refused(here, spec)
    assert any(name.startswith("engine.") for name in ids), ids
    assert "vllm" in text.lower()


def test_an_engine_python_that_does_not_exist_is_found(here: R1cluster, spec: Path) -> None:
    ids, text = refused(here, edited(spec, sys.executable, "/nonexistent/bin/python"))
    assert any(name.startswith("engine.") for name in ids), ids
    assert "/nonexistent/bin/python" in text


def test_a_model_that_does_not_exist_is_found(here: R1cluster, spec: Path, model_copy: Path) -> None:
    shutil.rmtree(model_copy)
    _, text = refused(here, spec)
    assert str(model_copy) in text


def test_a_shard_that_is_one_byte_short_is_found(here: R1cluster, spec: Path, model_copy: Path) -> None:
    shard = model_copy / "model-00002-of-00002.safetensors"
    shard.write_bytes(shard.read_bytes()[:-1])
    ids, text = refused(here, spec)
    assert any(name.startswith(("checkpoint.", "model.")) for name in ids), ids
    assert shard.name in text


def test_a_missing_shard_is_found(here: R1cluster, spec: Path, model_copy: Path) -> None:
    (model_copy / "model-00001-of-00002.safetensors").unlink()
    ids, text = refused(here, spec)
    assert any(name.startswith(("checkpoint.", "model.")) for name in ids), ids
    assert "model-00001-of-00002.safetensors" in text


def test_a_header_that_lies_about_its_length_is_found(here: R1cluster, spec: Path, model_copy: Path) -> None:
    shard = model_copy / "model-00001-of-00002.safetensors"
    shard.write_bytes(struct.pack("<Q", 1 << 62) + shard.read_bytes()[8:])
    ids, text = refused(here, spec)
    assert any(name.startswith(("checkpoint.", "model.")) for name in ids), ids
    assert shard.name in text


def test_a_port_that_is_in_use_is_found(here: R1cluster, spec: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        lines = [f"port = {port}" if line.startswith("port = ") else line for line in spec.read_text().splitlines()]
        spec.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _, text = refused(here, spec)
        assert str(port) in text


def test_a_layout_that_does_not_divide_is_refused(here: R1cluster, spec: Path) -> None:
    ids, text = refused(here, edited(spec, "pipeline_parallel = 2", "pipeline_parallel = 3"))
    assert "plan.possible" in ids
    assert "PP 3: 2 layers cannot be divided over 3 pipeline stages" in text
