# SPDX-License-Identifier: Apache-2.0
"""The tables that decide: GPUs, drivers, NCCL, storage and the releases of engines."""

from ._core.knowledge import *
from ._core.knowledge import __all__ as __all__
