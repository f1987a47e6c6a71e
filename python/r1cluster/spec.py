# SPDX-License-Identifier: Apache-2.0
"""What the user asks for: the content of cluster.toml, or the same built by hand."""

from ._core.spec import *
from ._core.spec import __all__ as __all__
