# SPDX-License-Identifier: Apache-2.0
"""Versions, forecasts as intervals, and texts of amounts."""

from ._core.units import *
from ._core.units import __all__ as __all__
