# SPDX-License-Identifier: Apache-2.0
"""The command line as somebody uses it who has not met it: mistakes, exit codes, help, terminals."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import socket
import struct
import subprocess
import termios
from pathlib import Path

import pytest

import r1cluster

HELP = subprocess.run([r1cluster.find_binary(), "--help"], capture_output=True, text=True, check=True).stdout
VERBS = re.findall(r"^  (\w+)  ", HELP.partition("Subcommands:")[2], re.M)
READ_A_SPEC = ["plan", "check", "config", "launch", "up", "status", "logs", "down", "diagnose"]
CLEAN, FINDINGS, WRONG_USAGE, FAILED = 0, 1, 2, 3
SOURCE = Path(__file__).resolve().parents[2]
MISTAKES = SOURCE / "tools" / "mistakes"

Done = subprocess.CompletedProcess


class Command:
    """r1cluster in a folder with a good spec and a recording of its hosts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")} | {"HOME": str(folder)}
        (folder / "recording").symlink_to(SOURCE / "tests" / "machines" / "h200-2gpu-vm")
        spec = (MISTAKES / "cluster.toml").read_text(encoding="utf-8")
        (folder / "cluster.toml").write_text(spec, encoding="utf-8")
        here = spec.replace("address = ", 'transport = "local"\naddress = ').replace("10.0.0.", "127.0.0.")
        (folder / "here.toml").write_text(here.replace("/opt/vllm", "/nonexistent"), encoding="utf-8")

    def __call__(self, *arguments: str) -> Done[str]:
        return subprocess.run(
            [r1cluster.find_binary(), *arguments],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def on_terminal(self, columns: int, *arguments: str, **env: str) -> tuple[int, str]:
        """Both streams on one terminal of so many columns."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            [r1cluster.find_binary(), *arguments],
            cwd=self.folder,
            env={k: v for k, v in self.env.items() if k != "NO_COLOR"} | env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 120)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        return process.wait(timeout=60), shown.decode()


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def without_controls(shown: str) -> list[str]:
    """What stays on the terminal, line by line: after a carriage return and "erase line" the line begins again."""
    lines = [line.rstrip("\r").split("\r\x1b[K")[-1] for line in shown.split("\n")]
    return [re.sub(r"\x1b\[[0-9;]*[mK]", "", line) for line in lines]


SITUATIONS = [
    (CLEAN, ["show", "--from", "recording"]),
    (CLEAN, ["record", "--from", "recording", "-o", "again"]),
    (CLEAN, ["plan", "cluster.toml", "--from", "recording"]),
    (FINDINGS, ["config", "cluster.toml", "--from", "recording"]),  # no interface for the address of the spec
    (CLEAN, ["launch", "cluster.toml", "--from", "recording"]),
    (CLEAN, ["status", "here.toml"]),
    (CLEAN, ["down", "here.toml"]),
    (CLEAN, ["init", "local", "-o", "-"]),
    (CLEAN, ["knowledge", "gpus"]),
    (FINDINGS, ["plan", "cluster.toml", "--from", "recording", "--tp", "3"]),
    (FINDINGS, ["check", "cluster.toml", "--from", "recording", "--explain"]),
    (FINDINGS, ["up", "here.toml"]),
    (FINDINGS, ["up", "here.toml", "--dry-run"]),
    (FINDINGS, ["logs", "here.toml"]),
    (FINDINGS, ["diagnose", "here.toml"]),
    (WRONG_USAGE, []),
    (WRONG_USAGE, ["model"]),
    (WRONG_USAGE, ["plan", "cluster.toml", "--for", "speed"]),
    (WRONG_USAGE, ["plan", "cluster.toml", "--observed", "slow"]),
    (FAILED, ["launch", "other.toml", "--from", "recording"]),
    (FAILED, ["model", "nowhere"]),
    (FAILED, ["show", "--from", "nowhere"]),
    (FAILED, ["record", "--from", "recording", "-o", "recording"]),
    (FAILED, ["knowledge", "gpsu"]),
    (FAILED, ["init", "local", "-o", "cluster.toml"]),
    *[(WRONG_USAGE, [verb, "--nonsense"]) for verb in VERBS],
    *[(FAILED, [verb, "nowhere.toml"]) for verb in READ_A_SPEC],
]


@pytest.mark.parametrize(
    ("code", "arguments"), SITUATIONS, ids=lambda value: " ".join(value) if isinstance(value, list) else str(value)
)
def test_exit_codes_are_those_of_the_documentation(command: Command, code: int, arguments: list[str]) -> None:
    done = command(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    if code == WRONG_USAGE:
        assert done.stderr.startswith("r1cluster")
        assert '--help" lists ' in done.stderr
        assert done.stdout == ""
    if code == FAILED:
        assert done.stderr.splitlines()[-1].startswith("r1cluster: ")


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_fits_80_columns_and_has_an_example(command: Command, verb: str) -> None:
    done = command(verb, "--help")
    assert done.returncode == CLEAN
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert f"Example: r1cluster {verb} " in done.stdout


@pytest.mark.parametrize(
    ("typed", "meant"), [(["stauts"], "status"), (["--verison"], "--version"), (["logs", "--folow"], "--follow")]
)
def test_a_mistyped_name_is_answered_with_the_nearest(command: Command, typed: list[str], meant: str) -> None:
    done = command(*typed)
    assert done.returncode == WRONG_USAGE
    assert f'did you mean "{meant}"?' in done.stderr


def test_a_recording_that_cannot_be_written_is_named_and_nothing_else_is_said(command: Command) -> None:
    done = command("record", "--from", "recording", "-o", "/proc/x")
    assert done.returncode == FAILED
    assert done.stdout == ""
    assert 'saving the recording "/proc/x"' in done.stderr


def test_a_wrong_path_of_the_model_is_one_error(command: Command) -> None:
    spec = command.folder / "here.toml"
    spec.write_text(spec.read_text().replace("/data/DeepSeek-R1", "/nonexistent/model"), encoding="utf-8")
    lines = command("check", "here.toml").stdout.splitlines()
    about = [line for line in lines if re.match(r"(error|unknown) ", line) and "checkpoint" in line]
    assert about == ["error   checkpoint.present  host1, host2"]


def test_what_up_refuses_ends_with_the_verdict_and_shows_no_machine(command: Command) -> None:
    done = command("up", "here.toml")
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("not started: ")
    assert not any(line.startswith(("├", "│")) for line in lines)
    assert any(line.startswith(("├", "│")) for line in command("up", "here.toml", "--dry-run").stdout.splitlines())


def test_down_never_says_that_nothing_is_left_where_it_could_not_ask(command: Command) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        config = command.folder / "ssh_config"
        config.write_text(f"Host gpu-a\n  HostName 127.0.0.1\n  Port {port}\n  BatchMode yes\n", encoding="utf-8")
        spec = command.folder / "cluster.toml"
        spec.write_text(spec.read_text().replace('address = "10.0.0.1"', 'address = "10.0.0.1"\nssh = "gpu-a"'))
        spec.write_text(spec.read_text().replace('address = "10.0.0.2"', 'address = "10.0.0.2"\nssh = "gpu-a"'))
        done = command("down", "cluster.toml", "--ssh-config", str(config), "--connect-timeout", "5")
    assert done.returncode == FINDINGS
    assert "nothing is left" not in done.stdout + done.stderr
    assert "no process is left" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("not ended everywhere: host1, host2 could not be asked")
    assert f"ssh -F {config} gpu-a" in done.stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_lines_on_a_terminal_break_between_words(command: Command, columns: int) -> None:
    whole = " ".join(command("show", "--from", "recording").stdout.split())
    _, shown = command.on_terminal(columns, "show", "--from", "recording")
    lines = without_controls(shown)
    assert max(map(len, lines)) <= columns
    words = set(re.split(r"[\s│├└─]+", whole))
    assert set(re.split(r"[\s│├└─]+", " ".join(lines))) - {""} <= words


def test_a_refusal_on_a_terminal_leaves_no_progress_cut_in_half(command: Command) -> None:
    code, shown = command.on_terminal(80, "up", "here.toml")
    lines = [line for line in without_controls(shown) if line]
    assert code == FINDINGS
    assert any(line.startswith("error ") for line in lines)
    assert all(len(line) <= 80 for line in lines if not line.startswith(("    remedy", "not started", "     ")))
    verdict = next(i for i, line in enumerate(lines) if line.startswith("not started: "))
    assert all(line.startswith("    ") for line in lines[verdict + 1 :])


def test_colour_is_for_terminals_that_want_it(command: Command) -> None:
    arguments = ["check", "cluster.toml", "--from", "recording"]
    assert "\x1b[3" in command.on_terminal(80, *arguments)[1]
    assert "\x1b[3" not in command.on_terminal(80, *arguments, NO_COLOR="1")[1]
    assert "\x1b" not in command(*arguments).stdout


def test_logs_and_diagnose_of_what_was_never_started_say_so(command: Command) -> None:
    logs, diagnosis = command("logs", "here.toml"), command("diagnose", "here.toml")
    assert 'no host that was asked has logs of "r1"; "r1cluster status here.toml"' in logs.stderr
    assert len(diagnosis.stdout.splitlines()) < 10
    assert "no subject" not in diagnosis.stdout
