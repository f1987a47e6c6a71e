# SPDX-License-Identifier: Apache-2.0
"""How a model is spread over machines: sizes, ranks and loads."""

from ._core.layout import *
from ._core.layout import __all__ as __all__
