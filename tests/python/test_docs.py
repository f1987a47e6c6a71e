# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows at a Python prompt is what Python says."""

from __future__ import annotations

import doctest
from pathlib import Path

import r1cluster


def test_python_page(source: Path, example: Path) -> None:
    result = doctest.testfile(str(source / "docs" / "python.md"), module_relative=False, globs={"folder": example})
    assert result.attempted > 10
    assert result.failed == 0


def test_docstring_of_the_package() -> None:
    result = doctest.testmod(r1cluster)
    assert result.attempted > 0
    assert result.failed == 0
