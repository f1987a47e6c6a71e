#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs examples/python/quickstart.ipynb and stores what its cells print and show, so that a reader sees it without
running it; writes docs/images/node1.svg, the picture of the first host of the example.

Usage: update_notebook.py [--check] [SOURCE_DIR]

It needs r1cluster, nbclient and ipykernel (the extra "test"). --check changes nothing, prints what differs, and exits
with 1 if something does.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat

import r1cluster

NOTEBOOK = "examples/python/quickstart.ipynb"
PICTURE = "docs/images/node1.svg"


def executed(notebook: Path) -> str:
    """The notebook with the outputs of a run, as text; nothing in it depends on the machine or the time."""
    book: Any = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    # The kernel imports the same r1cluster as this process, from another working directory.
    os.environ["PYTHONPATH"] = str(Path(r1cluster.__file__).absolute().parents[1])
    folder = {"metadata": {"path": str(notebook.parent)}}
    nbclient.NotebookClient(book, timeout=300, resources=folder, record_timing=False).execute()
    book.metadata.language_info = {"name": "python"}
    return str(nbformat.writes(book)) + "\n"  # type: ignore[no-untyped-call]


def picture() -> str:
    return r1cluster.to_svg(r1cluster.interpret(r1cluster.example_recording()).machines[0])


def difference(path: str, stored: str, made: str) -> str:
    lines = difflib.unified_diff(stored.splitlines(), made.splitlines(), path, f"{path}, made anew", lineterm="", n=1)
    return "\n".join(line[:240] for line in list(lines)[:60])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if something differs")
    parser.add_argument("source", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    options = parser.parse_args()
    differs = False
    for path, made in ((NOTEBOOK, executed(options.source / NOTEBOOK)), (PICTURE, picture())):
        file = options.source / path
        stored = file.read_text(encoding="utf-8") if file.exists() else ""
        if stored == made:
            continue
        differs = True
        if options.check:
            print(difference(path, stored, made))
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(made, encoding="utf-8")
            print(f"wrote {path}")
    if differs and options.check:
        print("run tools/update_notebook.py and read the difference")
    return 1 if differs and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
