#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/accuracy.md, which compares forecasts with measurements; with --check, only compares the page.

PYTHONPATH must name a built package, such as build/dev/python. A section is a module in this folder with a function
section(); the rows of a section are data in a separate file.
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

HEAD = """# How accurate the forecasts are

`tools/accuracy/generate.py` writes this page; do not edit it. Each row compares a forecast of this version of r1cluster
with a published measurement or one of our own, and names the source. [memory.md](memory.md) has the formulas. For the
terms without a formula (CUDA context, NCCL, CUDA graphs), the interval surrounds measured values, in part those of this
page. The factors of single releases rest on few rows.
"""


def generated() -> str:
    return "\n".join([HEAD, *(module.section() for module in SECTIONS)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if the page differs from the generated text")
    text = generated()
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    is_there = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sys.stdout.writelines(difflib.unified_diff(is_there.splitlines(True), text.splitlines(True), "page", "generated"))
    return 0 if is_there == text else 1


if __name__ == "__main__":
    sys.exit(main())
