# SPDX-License-Identifier: Apache-2.0
"""The `r1cluster` command of the wheel: becomes the executable that the wheel carries."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from ._binary import find_binary
from .errors import NotFound


def main() -> NoReturn:
    try:
        binary = find_binary()
    except NotFound as error:
        print(f"r1cluster: {error}", file=sys.stderr)
        sys.exit(3)
    os.execv(binary, ["r1cluster", *sys.argv[1:]])
