# SPDX-License-Identifier: Apache-2.0
"""docs/first-use.md: each of the 33 stumbles has a test, and the test exists."""

from __future__ import annotations

import re
from pathlib import Path

ROW = re.compile(r"^\| (\d+) \| .* \| `(tests/[^`]+)`: (.+) \|$", re.M)


def test_each_stumble_has_a_test_that_exists(source: Path) -> None:
    rows = ROW.findall((source / "docs" / "first-use.md").read_text(encoding="utf-8"))
    assert [int(number) for number, _, _ in rows] == list(range(1, 34))
    for number, file, case in rows:
        text = (source / file).read_text(encoding="utf-8")
        # A long text of a C++ case may be divided over lines.
        joined = re.sub(r'"\s*\n\s*"', "", text)
        assert case == "whole file" or case in joined, f"{number}: {file} has no {case!r}"


def test_the_page_of_python_says_how_long_an_installation_takes(source: Path) -> None:
    page = (source / "docs" / "python.md").read_text(encoding="utf-8")
    assert "pip install -v ." in page
    assert re.search(r"takes \d+ to \d+ minutes", page)
