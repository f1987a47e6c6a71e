# SPDX-License-Identifier: Apache-2.0
"""A checkpoint without its weights, and how its tensors are divided."""

from ._core.model import *
from ._core.model import __all__ as __all__
