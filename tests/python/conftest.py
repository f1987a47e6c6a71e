# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
RECORDING = SOURCE / "examples" / "data" / "two-h100-hosts"


@pytest.fixture
def source() -> Path:
    return SOURCE


@pytest.fixture
def recording() -> Path:
    """Two edited hosts of eight GPUs, and a small checkpoint of DeepSeek-R1's architecture."""
    return RECORDING


@pytest.fixture(autouse=True)
def _in_doctests(doctest_namespace: dict[str, object]) -> None:
    doctest_namespace["recording"] = str(RECORDING)
