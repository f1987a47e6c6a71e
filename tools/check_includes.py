#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks which folder may include which, and that core does no I/O.

Usage: check_includes.py [--edges] SOURCE_DIR

A room is a folder under src/ and include/r1cluster/ ("facts", "facts/derive", "host/os"). ALLOWED lists, for each room,
every other room that it includes. An include that ALLOWED does not list is a violation, and so is an entry of ALLOWED
that no file needs, so the table is exactly the picture of the code. docs/concepts.md draws the picture.

Prints one line for each violation and exits with 1, or prints how many files were read. --edges prints the edges that
the sources have, in the form of ALLOWED.
"""

import re
import sys
from pathlib import Path

# From the bottom to the top: a folder includes only folders that stand above it in this table.
ALLOWED: dict[str, str] = {
    "base": "",
    "report": "base",
    "knowledge": "base report",
    "engine/names": "",
    "spec": "base engine/names",
    "readings": "base",
    "facts": "base knowledge report readings",
    "facts/derive": "base knowledge engine/names facts",
    "documents": "base readings facts facts/derive",
    "facts/interpret": "base readings facts facts/derive documents",
    "model": "base knowledge engine/names readings",
    "engine": "base knowledge spec facts model",
    "engine/vllm": "base engine",
    "engine/sglang": "base spec engine",
    "engine/registry": "base engine engine/names engine/sglang engine/vllm",
    "layout": "base engine",
    "shard": "base model layout",
    "memory": "base knowledge engine layout shard engine/registry",
    "speed": "base knowledge facts model engine layout engine/registry",
    "plan": "base knowledge spec facts model engine layout shard memory speed engine/registry",
    "config": "base report spec facts engine layout engine/registry",
    "launch": "base knowledge spec engine layout config engine/names engine/registry",
    "check": "base knowledge report spec facts model engine layout plan config launch engine/registry",
    "diagnose": "base knowledge report",
    "decide": "base readings plan config launch check",
    "views": "base facts engine/registry",
    "host": "spec",
    "host/os": "base knowledge readings",
    "host/checkpoint": "base readings model host host/os",
    "host/read": "base spec readings host host/os host/checkpoint",
    "host/example": "base spec readings host/os host/read",
    "host/agent": "base spec readings host host/os host/checkpoint host/read",
    "host/guard": "base launch host/os host/agent engine/registry",
    "host/engine": "base readings layout shard host host/os engine/registry",
    "host/deploy": "base knowledge report spec facts plan config launch diagnose decide host host/agent host/guard",
}
# Included by nobody; may include everything.
TOP = {"cli", "python"}
# Folders that touch the world. Every other one is core.
HOST = "host"

# Core does no I/O: text comes in, text goes out.
BANNED_IN_CORE = re.compile(
    r"#include <(fstream|filesystem|iostream|dlfcn\.h|unistd\.h|fcntl\.h|sys/.*|thread|mutex|cstdio|chrono|ctime|"
    r"openssl/.*|boost/(asio|process|beast).*|nvml\.h|infiniband/.*)>|\bgetenv\((?![A-Z])|std::chrono::\w*_clock"
)
THIRD_PARTY_IN_PUBLIC = re.compile(r"#include [<\"](boost|fmt|toml|CLI|pugi|openssl|nvml)")
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.M)
FRONT_PAGE = "cluster.hpp"  # includes all public headers; for users, cli and python


def folder_of(path: str) -> str:
    """The folder of the table that holds a file: a subfolder that the table does not list belongs to its parent."""
    folder = path.rsplit("/", 1)[0] if "/" in path else path
    while folder not in ALLOWED and "/" in folder:
        folder = folder.rsplit("/", 1)[0]
    return folder


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def main() -> int:
    prints_edges = "--edges" in sys.argv
    source = Path(next(a for a in sys.argv[1:] if not a.startswith("--")))
    allowed = {folder: set(targets.split()) for folder, targets in ALLOWED.items()}
    order = {folder: place for place, folder in enumerate(ALLOWED)}
    violations: list[str] = []
    for folder, targets in allowed.items():
        violations += [
            f"tools/check_includes.py: {folder} includes {target}, which does not stand above it in ALLOWED"
            for target in sorted(targets)
            if order.get(target, len(order)) >= order[folder]
        ]
    used: dict[str, set[str]] = {}
    seen = 0
    for root in ("include/r1cluster", "src"):
        for path in sorted((source / root).glob("**/*.[ch]pp")):
            relative = str(path.relative_to(source / root))
            if relative == FRONT_PAGE:
                continue
            seen += 1
            folder = folder_of(relative)
            text = path.read_text(encoding="utf-8")
            if folder not in allowed and folder not in TOP:
                violations.append(f"{path}: the folder {folder!r} is not in the table of tools/check_includes.py")
                continue
            for match in INCLUDE.finditer(text):
                target = folder_of(match.group(1).removeprefix("r1cluster/"))
                if target == folder or folder in TOP:
                    continue
                used.setdefault(folder, set()).add(target)
                if target not in allowed[folder]:
                    violations.append(
                        f'{path}:{line_of(text, match.start())}: {folder} may not include {target} ("{match.group(1)}")'
                    )
            if folder not in TOP and folder.split("/")[0] != HOST:
                violations += [
                    f"{path}:{line_of(text, match.start())}: core does no I/O, but has {match.group(0)!r}"
                    for match in BANNED_IN_CORE.finditer(text)
                ]
            if root != "src" and THIRD_PARTY_IN_PUBLIC.search(text):
                violations.append(f"{path}: a public header includes a third-party header")
    violations += [
        f"tools/check_includes.py: {folder} is allowed to include {target}, which no file of it does"
        for folder, targets in allowed.items()
        for target in sorted(targets - used.get(folder, set()))
    ]
    if prints_edges:
        for folder in sorted(used, key=lambda name: (order.get(name, len(order)), name)):
            print(f'    "{folder}": "{" ".join(sorted(used[folder]))}",')
        return 0
    for violation in violations:
        print(violation)
    print(f"{seen} files read, {len(violations)} violations")
    return 1 if violations or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
