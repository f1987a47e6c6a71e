# SPDX-License-Identifier: Apache-2.0
"""What readings mean: machines, their devices, and how they reach each other."""

from ._core.facts import *
from ._core.facts import __all__ as __all__
