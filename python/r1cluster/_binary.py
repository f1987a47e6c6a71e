# SPDX-License-Identifier: Apache-2.0
"""Where the r1cluster executable is: command line, and what is pushed to hosts as agent and guard."""

from __future__ import annotations

import shutil
from pathlib import Path

from .errors import ErrorKind, NotFound


def _is_executable_file(path: Path) -> bool:
    """False for a script: pip's own `r1cluster` command is one, and would call itself without end."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def find_binary() -> str:
    """Path of the r1cluster executable: the one installed beside this module, else the one on PATH."""
    beside = Path(__file__).parent / "bin" / "r1cluster"
    if _is_executable_file(beside):
        return str(beside)
    on_path = shutil.which("r1cluster")
    if on_path is not None and _is_executable_file(Path(on_path)):
        return on_path
    message = f'looking for the r1cluster executable: neither "{beside}" nor one on PATH; reinstall the package'
    raise NotFound(message, ErrorKind.not_found, "r1cluster")
