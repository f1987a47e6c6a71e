# SPDX-License-Identifier: Apache-2.0
"""The environment of the engine's processes on each host."""

from ._core.config import *
from ._core.config import __all__ as __all__
