# SPDX-License-Identifier: Apache-2.0
"""Which bytes of a checkpoint each rank reads."""

from ._core.shard import *
from ._core.shard import __all__ as __all__
