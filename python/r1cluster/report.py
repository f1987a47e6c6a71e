# SPDX-License-Identifier: Apache-2.0
"""Findings: what is not as a deployment needs it."""

from ._core.report import *
from ._core.report import __all__ as __all__
