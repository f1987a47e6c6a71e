#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes python/r1cluster/_core.pyi from the extension module that Python finds; with --check only compares.

Needs pybind11-stubgen and ruff. PYTHONPATH must lead to a built package, such as build/dev/python.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pybind11_stubgen

import r1cluster
from r1cluster import _core

STUBS = Path(__file__).resolve().parents[1] / "python" / "r1cluster" / "_core.pyi"


def generated() -> str:
    for value in vars(_core).values():
        if isinstance(value, type):
            value.__module__ = _core.__name__  # where it is compiled, or the stubs would import it
    enums = [name for name in r1cluster.__all__ if hasattr(getattr(r1cluster, name), "__members__")]
    with tempfile.TemporaryDirectory() as folder:
        places = [f"--enum-class-locations=^{name}$:r1cluster._core" for name in enums]
        pybind11_stubgen.main([_core.__name__, "--output-dir", folder, "--exit-code", *places])
        text = (Path(folder) / "r1cluster" / "_core.pyi").read_text(encoding="utf-8")
    return tidied(text)


# What pybind11-stubgen cannot know, or says in more words than a reader needs.
TIDIED = [
    (r"def __eq__\(self, arg0: \w+\)", "def __eq__(self, other: object, /)"),
    (r"\*\*kwargs\)", "**changes: typing.Any)"),
    (r"typing\.SupportsInt \| typing\.SupportsIndex", "int"),
    (r"typing\.SupportsFloat \| typing\.SupportsIndex", "float"),
    (r"os\.PathLike \| str \| bytes", "os.PathLike[str] | str"),
    (r": (\w+) = None", r": \1 | None = None"),  # a pointer that may be null
    (
        r"__hash__: typing\.ClassVar\[None\] = None",
        "__hash__: typing.ClassVar[None] = None  # type: ignore[assignment]",
    ),
    (r"    @classmethod\n    def __new__\(cls, value\):\n        \.\.\.\n", ""),
    (r"(?m)^(    \w+): typing\.ClassVar\[\w+\]$", r"\1 = ..."),
]


def tidied(text: str) -> str:
    for pattern, replacement in TIDIED:
        text = re.sub(pattern, replacement, text)
    text = "# SPDX-License-Identifier: Apache-2.0\n# Written by tools/update_stubs.py.\n" + text
    command = ["ruff", "format", "--isolated", "--line-length", "120", "--stdin-filename", "_core.pyi", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 with a diff where the stubs are not up to date")
    is_check = parser.parse_args().check
    wanted = generated()
    if not is_check:
        STUBS.write_text(wanted, encoding="utf-8")
        return 0
    found = STUBS.read_text(encoding="utf-8")
    lines = difflib.unified_diff(found.splitlines(True), wanted.splitlines(True), str(STUBS), "generated")
    sys.stdout.writelines(lines)
    return int(found != wanted)


if __name__ == "__main__":
    sys.exit(main())
