# SPDX-License-Identifier: Apache-2.0
"""Connections to hosts, and deployments on them."""

from ._core.host import *
from ._core.host import __all__ as __all__
