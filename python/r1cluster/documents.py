# SPDX-License-Identifier: Apache-2.0
"""Descriptions of a machine in the formats of other tools."""

from ._core.documents import *
from ._core.documents import __all__ as __all__
