# SPDX-License-Identifier: Apache-2.0
"""What each rank and each host will hold."""

from ._core.memory import *
from ._core.memory import __all__ as __all__
