# SPDX-License-Identifier: Apache-2.0
"""The engine that a deployment runs, with its options."""

from ._core.engine import *
from ._core.engine import __all__ as __all__
