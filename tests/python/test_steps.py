# SPDX-License-Identifier: Apache-2.0
"""What the shell scripts of the quickstart and of tests/run.sh show of a log while a step runs."""

import os
import subprocess
from pathlib import Path

import pytest

STEPS = Path(__file__).resolve().parents[2] / "examples/quickstart/steps.sh"


def last_words(log: Path, characters: int, locale: str) -> str:
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'source "{STEPS}"; last_words "$1" "$2"', "-", str(log), str(characters)],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": locale},
    )
    assert result.stderr == b""
    return result.stdout.decode()


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_last_words_keep_whole_characters(tmp_path: Path, locale: str) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\n\x1b[32m" + "größe «x» …".encode() + b"\x1b[0m\n\n")
    assert last_words(log, 4, locale) == "größ"
    assert last_words(log, 100, locale) == "größe «x» …"


def test_last_words_of_a_log_that_begins_in_a_character(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes("…".encode() * 700 + b"\nend")  # 2,000 bytes from the end is inside of one
    assert last_words(log, 100, "C") == "end"
    log.write_bytes("…".encode() * 700)
    assert last_words(log, 3, "C") == "………"


def test_last_words_of_no_log(tmp_path: Path) -> None:
    assert last_words(tmp_path / "none", 10, "C") == ""
