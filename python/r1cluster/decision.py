# SPDX-License-Identifier: Apache-2.0
"""Everything that follows from one recording, up to the launch plan."""

from ._core.decision import *
from ._core.decision import __all__ as __all__
