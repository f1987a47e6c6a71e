#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the rooms apart: who may include whom, and what core may never touch.

Usage: check_includes.py SOURCE_DIR. Prints one line per breach and exits 1, or says what it looked at.
"""

import re
import sys
from pathlib import Path

# room -> rooms that it may include, besides itself. docs/concepts.md draws the same.
ALLOWED = {
    "base": set(),
    "knowledge": {"base"},
    "report": {"base"},
    "spec": {"base"},
    "readings": {"base"},
    "facts": {"base", "readings", "knowledge"},
    "model": {"base", "readings"},
    "plan": {"base", "readings", "knowledge", "facts", "model", "spec"},
}
ALLOWED["check"] = ALLOWED["plan"] | {"report", "plan"}
ALLOWED["config"] = ALLOWED["plan"] | {"report", "plan"}
ALLOWED["launch"] = ALLOWED["plan"] | {"report", "plan", "config"}
ALLOWED["diagnose"] = {"base", "report", "facts", "readings", "knowledge"}
CORE = set(ALLOWED)
ALLOWED["host/read"] = {"base", "readings", "spec", "facts", "model", "host/remote"}
ALLOWED["host/remote"] = {"base", "readings", "spec", "facts", "host/read"}
ALLOWED["host/run"] = CORE | {"host/read", "host/remote"}
TOP = CORE | {"host/read", "host/remote", "host/run", "host"}
ALLOWED["cli"] = TOP
ALLOWED["python"] = TOP

# Core does no I/O: text comes in, text goes out.
BANNED_IN_CORE = re.compile(
    r"#include <(fstream|filesystem|iostream|dlfcn\.h|unistd\.h|fcntl\.h|sys/.*|thread|mutex|cstdio|chrono|ctime|"
    r"openssl/.*|boost/(asio|process|beast).*|nvml\.h|infiniband/.*)>|\bgetenv\((?![A-Z])|std::chrono::\w*_clock"
)
THIRD_PARTY_IN_PUBLIC = re.compile(r"#include [<\"](boost|fmt|toml|CLI|pugi|openssl|nvml)")
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.M)


def room_of(path: str) -> str:
    """'host/read/x.hpp' -> 'host/read'; 'base/json.hpp' -> 'base'; public host headers -> 'host'."""
    parts = path.split("/")
    if parts[0] == "host":
        return "/".join(parts[:2]) if len(parts) > 2 else "host"
    return parts[0]


def main() -> int:
    source = Path(sys.argv[1])
    breaches: list[str] = []
    seen = 0
    public = [(p, p.relative_to(source / "include/r1cluster")) for p in source.glob("include/r1cluster/**/*.hpp")]
    private = [(p, p.relative_to(source / "src")) for p in source.glob("src/**/*.[ch]pp")]
    for path, relative in public + private:
        if str(relative) == "cluster.hpp":
            continue
        seen += 1
        room = room_of(str(relative))
        text = path.read_text(encoding="utf-8")
        is_public = (path, relative) in public
        allowed = TOP if room == "host" else ALLOWED.get(room)
        if allowed is None:
            breaches.append(f"{path}: the room {room!r} is not in the table of tools/check_includes.py")
            continue
        for line, included in ((text[: m.start()].count("\n") + 1, m.group(1)) for m in INCLUDE.finditer(text)):
            target = room_of(included.removeprefix("r1cluster/"))
            if target == "cluster.hpp" and room in {"cli", "python"}:
                continue  # the front page is for those on top
            if target in {room, "host"} and room.startswith("host"):
                continue
            if target == "host" and room in {"cli", "python"}:
                continue
            if target != room and target not in allowed:
                breaches.append(f'{path}:{line}: {room} may not include {target} ("{included}")')
        if room in CORE:
            for match in BANNED_IN_CORE.finditer(text):
                line = text[: match.start()].count("\n") + 1
                breaches.append(f"{path}:{line}: core does no I/O, but has {match.group(0)!r}")
        if is_public and THIRD_PARTY_IN_PUBLIC.search(text):
            breaches.append(f"{path}: a public header includes a third-party header")
    for breach in breaches:
        print(breach)
    print(f"{seen} files looked at, {len(breaches)} breaches")
    return 1 if breaches or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
