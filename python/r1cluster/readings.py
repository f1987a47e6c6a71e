# SPDX-License-Identifier: Apache-2.0
"""What hosts said, verbatim: recordings, and documents of other tools."""

from ._core.readings import *
from ._core.readings import __all__ as __all__
