# SPDX-License-Identifier: Apache-2.0
"""How fast a layout serves, and why it may be slower."""

from ._core.speed import *
from ._core.speed import __all__ as __all__
