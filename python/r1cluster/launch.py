# SPDX-License-Identifier: Apache-2.0
"""Which processes are started on each host, and how a deployment is."""

from ._core.launch import *
from ._core.launch import __all__ as __all__
