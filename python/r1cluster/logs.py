# SPDX-License-Identifier: Apache-2.0
"""Logs of the engine's processes."""

from ._core.logs import *
from ._core.logs import __all__ as __all__
