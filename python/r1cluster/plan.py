# SPDX-License-Identifier: Apache-2.0
"""All layouts that are possible, best first."""

from ._core.plan import *
from ._core.plan import __all__ as __all__
