# SPDX-License-Identifier: Apache-2.0
"""`pytest --nightly`, for folders of tests whose conftest.py imports these hooks: without it, tests marked as nightly
are left out."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also what is too slow for each run of the tests")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: too slow for each run of the tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--nightly"):
        slow = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
