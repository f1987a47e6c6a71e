# SPDX-License-Identifier: Apache-2.0
"""What hosts, logs and recordings say reaches the terminal as text, and never as something that a terminal obeys."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest
from conftest import SOURCE, R1cluster

NASTY = "\x1b]0;owned\x07\x1b[2J\x9b31m\x85\x7f\u202e\x08\r"
# C0 but tab and line end, DEL, C1, bidirectional controls; a lone byte of 0x80 to 0x9f shows as U+DC80 to U+DC9F.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\udc80-\udc9f]")

SPEC = """\
name = "foreign"
[[host]]
name = "node0"
address = "127.0.0.1"
transport = "{transport}"
[model]
path = "/nowhere"
[engine]
python = "/nowhere/python"
"""


def is_harmless(text: bytes) -> bool:
    found = OBEYED.search(text.decode("utf-8", "surrogateescape"))
    assert found is None, repr(text[max(0, found.start() - 60) : found.end() + 20])
    return True


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "cluster.toml"
    path.write_text(SPEC.format(transport="local"), encoding="utf-8")
    return path


@pytest.fixture
def ended_job(here: R1cluster) -> Path:
    """The folder of a deployment that failed, as its guard left it; its engine printed what it liked."""
    folder = here.home / ".local" / "state" / "r1cluster" / "foreign" / "node0"
    (folder / "logs").mkdir(parents=True)
    recorded = SOURCE / "tests" / "host" / "guard" / "release_0_1_0"
    state = json.loads((recorded / "state.json").read_text(encoding="utf-8"))
    state |= {"host": "node0", "phase": "failed", "activity": NASTY}
    state["cause"] = {
        "host": NASTY,
        "process": NASTY,
        "rank": None,
        "pid": None,
        "exit_code": 1,
        "signal": None,
        "is_out_of_memory": False,
        "text": f"head on node0 ended {NASTY}",
        "last_line": f"ValueError: {NASTY}",
        "at": NASTY,
    }
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    shutil.copy(recorded / "plan.json", folder / "plan.json")
    (folder / "group").write_text("", encoding="utf-8")
    (folder / "logs" / "head.log").write_bytes(f"hello {NASTY}\nValueError: {NASTY}\n".encode() + b"\x9b31m raw\n")
    return folder


@pytest.mark.parametrize("verb", ["status", "logs", "diagnose", "down"])
def test_a_verb_of_a_deployment_prints_text(here: R1cluster, spec: Path, ended_job: Path, verb: str) -> None:
    process = here.start(verb, str(spec))
    process.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    out, error = (text.encode("utf-8", "surrogateescape") for text in process.communicate(timeout=60))
    assert b"ValueError: " in out + error
    assert is_harmless(out)
    assert is_harmless(error)


@pytest.mark.parametrize("verb", ["status", "diagnose"])
def test_json_keeps_the_value_and_holds_no_control(here: R1cluster, spec: Path, ended_job: Path, verb: str) -> None:
    done = here(verb, str(spec), "--json")
    assert is_harmless(done.stdout.encode())
    assert "\x9b31m" in json.dumps(json.loads(done.stdout), ensure_ascii=False)


def test_show_of_somebodys_recording_prints_text(here: R1cluster, tmp_path: Path) -> None:
    recording = tmp_path / "recording"
    shutil.copytree(SOURCE / "tests" / "machines" / "cpu-2core-vm", recording)
    release = recording / "host1" / "root" / "etc" / "os-release"
    release.write_text(release.read_text().replace("bookworm", f"bookworm{NASTY}"), encoding="utf-8")
    done = here("show", "--from", str(recording))
    assert "bookworm" in done.stdout
    assert is_harmless(done.stdout.encode())


@pytest.mark.parametrize("verb", ["up", "status", "down"])
def test_what_ssh_says_is_text(here: R1cluster, tmp_path: Path, verb: str) -> None:
    spec = tmp_path / "far.toml"
    spec.write_text(SPEC.format(transport="ssh"), encoding="utf-8")
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f"#!/bin/sh\necho 'Permission denied {NASTY}' >&2\nexit 255\n", encoding="utf-8")
    ssh.chmod(ssh.stat().st_mode | stat.S_IXUSR)
    here.env["PATH"] = f"{ssh.parent}:{os.environ['PATH']}"
    done = here(verb, str(spec))
    assert "Permission denied" in done.stdout + done.stderr
    assert is_harmless(done.stdout.encode())
    assert is_harmless(done.stderr.encode())
