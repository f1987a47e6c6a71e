#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the mistakes of tools/mistakes/ on this machine and writes docs/mistakes.md, a page with the message of each.

Usage: mistakes.py [--check]

--check changes nothing, prints what differs, and exits with 1 if the page is not up to date. A message that lacks what
its row calls right is an error either way. Needs neither GPUs nor a network; R1CLUSTER_BUILD_DIR (build/dev) has the
programs and the Python package.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import tomllib

SOURCE = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("R1CLUSTER_BUILD_DIR", SOURCE / "build" / "dev"))
BINARY = os.environ.get("R1CLUSTER_BINARY", str(BUILD / "src" / "cli" / "r1cluster"))
PAGE = SOURCE / "docs" / "mistakes.md"
HEAD = """# Mistakes

What r1cluster says to typical mistakes. `tools/mistakes.py` made each of them and wrote this page; a test repeats
them. Each message says what was being done, quotes what is wrong, and says what would be right.
"""
TITLES = {
    "spec": "In the deployment spec",
    "command": "On the command line",
    "python": "In Python",
    "cpp": "In C++ (tests/programs/mistakes.cpp)",
}
Row = dict[str, Any]


class Failure(Exception):
    """A mistake that does not do what its row says."""


def functions_of_program() -> dict[str, str]:
    text = (SOURCE / "tests" / "programs" / "mistakes.cpp").read_text(encoding="utf-8")
    found = re.findall(r"^void (\w+)\(\) (\{ .*? \}|\{\n.*?^\})\n", text, re.M | re.S)
    return {name: body.strip("{} \n") for name, body in found}


def outdented(text: str) -> str:
    return re.sub(r"^    ", "", text, flags=re.M)


class Folder:
    """The folder in which all runs: a good spec and a recording of its hosts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.good = (SOURCE / "tools" / "mistakes" / "cluster.toml").read_text(encoding="utf-8")
        (path / "cluster.toml").write_text(self.good, encoding="utf-8")
        shutil.copytree(SOURCE / "tests" / "machines" / "h200-2gpu-vm", path / "recording")

    def run(self, *command: str) -> tuple[int, str]:
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            command,
            cwd=self.path,
            env=environment | {"PYTHONPATH": str(BUILD / "python"), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, self.normal(done.stdout + done.stderr)

    def normal(self, text: str) -> str:
        """Without what differs from run to run and from machine to machine."""
        text = text.replace(str(self.path) + "/", "").replace(str(SOURCE), "SOURCE")
        text = re.sub(r"\bpid \d+", "pid N", text)
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text).strip()


def show_spec(row: Row) -> str:
    return f"```toml\n{row['new']}\n```\n" if row["new"] else f"Without the line `{row['old']}`:\n"


def run_spec(folder: Folder, row: Row) -> tuple[int, str]:
    if row["old"] not in folder.good:
        raise Failure(f"cluster.toml has no {row['old']!r}")
    (folder.path / "mistake.toml").write_text(folder.good.replace(row["old"], row["new"]), encoding="utf-8")
    code, text = folder.run(BINARY, row.get("command", "plan"), "mistake.toml", "--from", "recording")
    return code, text.replace("mistake.toml", "cluster.toml")


def show_command(row: Row) -> str:
    words = [f"'{word}'" if " " in word else word for word in row["arguments"]]
    return f"```console\n$ r1cluster {' '.join(words)}\n```\n"


def run_command(folder: Folder, row: Row) -> tuple[int, str]:
    return folder.run(BINARY, *row["arguments"])


def show_python(row: Row) -> str:
    return f"```python\n{row['code'].strip()}\n```\n"


def run_python(folder: Folder, row: Row) -> tuple[int, str]:
    lines = ["import r1cluster", "recording, path = 'recording', 'cluster.toml'", row["code"].strip()]
    code, text = folder.run(sys.executable, "-c", "\n".join(lines))
    lines = text.splitlines()
    last = max((i for i, line in enumerate(lines) if re.match(r"[\w.]+: ", line)), default=0)
    return code, "\n".join(lines[last:])


def show_cpp(row: Row) -> str:
    return f"```cpp\n{outdented(functions_of_program()[row['function']])}\n```\n"


def run_cpp(folder: Folder, row: Row) -> tuple[int, str]:
    return folder.run(str(BUILD / "tests" / "programs" / "mistakes"), row["function"], "recording", "cluster.toml")


KINDS = {
    "spec": (show_spec, run_spec),
    "command": (show_command, run_command),
    "python": (show_python, run_python),
    "cpp": (show_cpp, run_cpp),
}


def section(folder: Folder, kind: str, number: int, row: Row) -> str:
    show, run = KINDS[kind]
    code, message = run(folder, row)
    if code == 0:
        raise Failure(f"{kind}, {row['did']}: exit code 0\n{message}")
    if code != row.get("exit_code", code):
        raise Failure(f"{kind}, {row['did']}: exit code {code}, not {row['exit_code']}\n{message}")
    if row["right"] not in message:
        raise Failure(f"{kind}, {row['did']}: {row['right']!r} is not in the message:\n{message}")
    is_command = kind in ("spec", "command")
    ends = f" (exit code {code})" if is_command else ""
    return f"\n**{number}. Somebody {row['did']}**{ends}\n\n{show(row)}\n```text\n{message}\n```\n"


def make_page() -> str:
    table = tomllib.loads((SOURCE / "tools" / "mistakes" / "mistakes.toml").read_text(encoding="utf-8"))
    page, number, failures = HEAD, 0, []
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path).resolve())
        for kind, title in TITLES.items():
            page += f"\n## {title}\n"
            for row in table[kind]:
                number += 1
                try:
                    page += section(folder, kind, number, row)
                except Failure as failure:
                    failures.append(str(failure))
    if failures:
        raise Failure("\n\n".join(failures))
    return page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    try:
        page = make_page()
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    if not arguments.check:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), page.splitlines(True), "docs/mistakes.md", "now"))
    return int(old != page)


if __name__ == "__main__":
    sys.exit(main())
