#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/accuracy.md: forecasts beside what others measured; with --check only compares.

PYTHONPATH must lead to a built package, such as build/dev/python. A section is a module beside this one with a function
section(); its rows are data in a file of its own.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

import memory
import own
import speed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "accuracy.md"
SECTIONS = [memory, speed, own]

HEAD = """# How right the forecasts are

Written by `tools/accuracy/generate.py`: do not edit. Each row is a public measurement or one of our own, with its
source, beside what this version of r1cluster says; [memory.md](memory.md) has the formulas. What no formula gives
(CUDA's context, NCCL, CUDA graphs) is an interval around what was measured, in part in these rows; factors of
single releases rest on few rows.
"""


def generated() -> str:
    return "\n".join([HEAD, *(module.section() for module in SECTIONS)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the page is not what would be written")
    text = generated()
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    is_there = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sys.stdout.writelines(difflib.unified_diff(is_there.splitlines(True), text.splitlines(True), "page", "generated"))
    return 0 if is_there == text else 1


if __name__ == "__main__":
    sys.exit(main())
