# SPDX-License-Identifier: Apache-2.0
"""`r1cluster example`: what it writes, what its last lines say, and what it refuses."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from pathlib import Path

import pytest

import r1cluster


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [r1cluster.find_binary(), "example", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_the_commands_that_it_names_work(tmp_path: Path) -> None:
    done = run("two hosts", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "two hosts").iterdir()) == ["cluster.toml", "recording"]
    commands = done.stdout.partition("try next:\n")[2].splitlines()
    assert [command.split()[:2] for command in commands] == [
        ["r1cluster", verb] for verb in ("show", "check", "plan", "config", "launch")
    ]
    path = os.pathsep.join([str(Path(r1cluster.find_binary()).parent), os.environ["PATH"]])
    for command in commands:
        tried = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True
        )
        assert tried.returncode == 0, tried.stderr
        assert tried.stdout


def test_a_folder_with_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept", encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 3
    assert done.stderr == (
        f'r1cluster: writing the example to "{tmp_path}": it exists and is not an empty folder; expected a new one\n'
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    with pytest.raises(r1cluster.InvalidInput, match="not an empty folder"):
        r1cluster.write_example(tmp_path)


@pytest.mark.parametrize("name", ["new/and/deep", "there"])
def test_what_cannot_be_written_completely_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()

    def with_small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # the index alone has more

    done = run(tmp_path / name, preexec_fn=with_small_files)
    assert done.returncode == 3
    assert "File too large" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert not list((tmp_path / "there").iterdir())
