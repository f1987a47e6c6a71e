#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Collects the comments of types, fields and enumerators from the public headers, for the docstrings of Python.

header_comments.py INCLUDE OUTPUT writes a C++ table of {type, member, comment}; the build of the bindings calls it.
header_comments.py INCLUDE --missing lists the members that have no comment.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

TYPE = re.compile(r"^(?P<what>struct|class|enum class) (?P<name>\w+)(?: final)?(?: : \w+)? \{")
MEMBER = re.compile(r"(?P<name>\w+)\s*(?:=[^;]*|\{[^;]*\})?;$")
ENUMERATOR = re.compile(r"^(?P<name>\w+)(?:\s*=[^,]*)?,?$")


@dataclass
class Comments:
    """By type, then by member; the comment of a type itself is that of the member ""."""

    of: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, type_name: str, member: str, text: str) -> None:
        members = self.of.setdefault(type_name, {})
        if member in members:
            sys.exit(f'"{type_name}" is two types of the public headers; their comments would mix')
        members[member] = text

    def append(self, type_name: str, member: str, text: str) -> None:
        self.of[type_name][member] = f"{self.of[type_name][member]} {text}".strip()


def split_line(line: str) -> tuple[str, str]:
    """Code and the text of its `///<`."""
    code, _, trailing = line.partition("///<")
    return code.split("//")[0].strip(), trailing.strip()


class Reader:
    """Walks one header line by line."""

    def __init__(self, comments: Comments) -> None:
        self.comments = comments
        self.type_name = ""
        self.is_enum = False
        self.depth = 0
        self.before: list[str] = []  # lines of /// before the next declaration
        self.code = ""  # of a declaration that goes on
        self.trailing = ""
        self.last = ""  # member that a line of ///< alone goes on with

    def read(self, line: str) -> None:
        stripped = line.strip()
        if stripped.startswith("///") and not stripped.startswith("///<"):
            self.before.append(stripped[3:].strip())
        elif not self.type_name:
            self.begin_type(stripped)
        else:
            self.read_member(line)

    def begin_type(self, stripped: str) -> None:
        found = TYPE.match(stripped)
        if found and not stripped.endswith("};"):
            self.type_name, self.is_enum, self.depth, self.last = found["name"], found["what"] == "enum class", 1, ""
            self.comments.add(self.type_name, "", joined(self.before))
        elif found:
            self.one_line_enum(found["name"], stripped)
        self.before = []

    def one_line_enum(self, name: str, stripped: str) -> None:
        self.comments.add(name, "", joined(self.before))
        for enumerator in stripped.partition("{")[2].removesuffix("};").split(","):
            self.comments.add(name, enumerator.strip(), "")

    def read_member(self, line: str) -> None:
        code, trailing = split_line(line)
        if not code:
            if trailing and self.last:
                self.comments.append(self.type_name, self.last, trailing)
            elif not trailing:
                self.last = ""
            return
        was_inside = self.depth > 1
        self.depth += code.count("{") - code.count("}")
        if self.depth <= 0:
            self.type_name, self.before, self.code, self.trailing = "", [], "", ""
            return
        if was_inside or self.depth > 1:
            self.before, self.code = [], ""
            return
        self.code = f"{self.code} {code}".strip()
        self.trailing = f"{self.trailing} {trailing}".strip()
        if self.is_enum or self.code.endswith((";", "}", ":")):
            self.end_member()

    def end_member(self) -> None:
        code, self.code = self.code, ""
        trailing, self.trailing = self.trailing, ""
        before, self.before = joined(self.before), []
        found = ENUMERATOR.match(code) if self.is_enum else None
        is_field = "operator" not in code and "(" not in code.split("=")[0]
        if not self.is_enum and is_field and not code.startswith(("using ", "friend ", "static ")):
            found = MEMBER.search(code)
        self.last = found["name"] if found else ""
        if found:
            # "std::string read, write;" is two members of one comment.
            first = [] if self.is_enum else re.findall(r"\b(\w+),", re.sub(r"<.*>|\{.*\}", "", code))
            for name in (*first, found["name"]):
                self.comments.add(self.type_name, name, f"{before} {trailing}".strip())


def joined(lines: list[str]) -> str:
    """Lines of a comment, as paragraphs."""
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip()


def read_headers(include: Path) -> Comments:
    comments = Comments()
    for header in sorted(include.rglob("*.hpp")):
        reader = Reader(comments)
        for line in header.read_text(encoding="utf-8").splitlines():
            reader.read(line)
    return comments


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    comments = read_headers(Path(sys.argv[1]))
    if sys.argv[2] == "--missing":
        missing = [f"{t}.{m}" for t, members in sorted(comments.of.items()) for m, text in members.items() if not text]
        print("\n".join(missing))
        return int(bool(missing))
    rows = [
        f"{{{quoted(type_name)}, {quoted(member)}, {quoted(text)}}},\n"
        for type_name, members in sorted(comments.of.items())
        for member, text in sorted(members.items())
        if text
    ]
    output = Path(sys.argv[2])
    text = "// Written by tools/header_comments.py.\n" + "".join(rows)
    if not output.exists() or output.read_text(encoding="utf-8") != text:
        output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
