#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the stubs of python/r1cluster, one for each module, from the extension module that Python finds.

With --check it only compares. Needs ruff. PYTHONPATH must lead to a built package, such as build/dev/python.
"""

from __future__ import annotations

import argparse
import difflib
import enum
import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType

from r1cluster import _core

PACKAGE = Path(__file__).resolve().parents[1] / "python" / "r1cluster"
ROOT = "_core"

HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
"""

# What the base of all values has: pybind11's own lines would not say Self.
VALUE = '''\
@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value:
    """What every value has. Fields are given by name, and cannot be assigned."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    _fields: ClassVar[tuple[str, ...]]
    def __hash__(self) -> int: ...
    def replace(self, **changes: Any) -> Self:
        """{replace}"""
    def to_dict(self) -> dict[str, Any]:
        """{to_dict}"""
    def to_json(self) -> str:
        """{to_json}"""
    @classmethod
    def from_json(cls, text: str, source: str = "json") -> Self:
        """{from_json}"""
'''

SIGNATURE = re.compile(r"^(?:\d+\. )?(?P<name>\w+)\((?P<parameters>.*)\) -> (?P<result>.+)$")
# How pybind11 writes a type, and how a stub does.
TYPES = [
    (r"typing\.SupportsInt \| typing\.SupportsIndex", "int"),
    (r"typing\.SupportsFloat \| typing\.SupportsIndex", "float"),
    (r"os\.PathLike \| str \| bytes", "os.PathLike[str] | str"),
    (r": (\w+) = None", r": \1 | None = None"),  # a pointer that may be null
    (r"collections\.abc\.(\w+)", r"\1"),
    (r"\br1cluster\.(?:\w+\.)*(\w+)", r"\1"),
]
STANDARD = {
    "Any": "typing",
    "Callable": "collections.abc",
    "ClassVar": "typing",
    "Iterator": "collections.abc",
    "Mapping": "collections.abc",
    "Self": "typing_extensions",
    "Sequence": "collections.abc",
    "dataclass_transform": "typing_extensions",
    "overload": "typing",
}


def rooms() -> dict[str, ModuleType]:
    """Modules by the name of their stub."""
    modules = {name: module for name, module in vars(_core).items() if isinstance(module, ModuleType)}
    return {ROOT: _core, **dict(sorted(modules.items()))}


def homes() -> dict[str, str]:
    """By the name of a class the module that has it."""
    result: dict[str, str] = {}
    for room, module in rooms().items():
        for name in module.__all__:
            if isinstance(getattr(module, name), type):
                if name in result:
                    sys.exit(f'"{name}" is in two modules, {result[name]} and {room}; types are told apart by name')
                result[name] = room
    return result


def typed(text: str) -> str:
    for pattern, replacement in TYPES:
        text = re.sub(pattern, replacement, text)
    return text


def quoted(doc: str, indent: str) -> str:
    """A docstring, or nothing."""
    doc = inspect.cleandoc(doc).replace("\\", "\\\\")
    if not doc:
        return ""
    end = " " if doc.endswith('"') else ""
    lines = [
        line
        for paragraph in doc.split("\n")
        for line in (textwrap.wrap(paragraph, 110 - len(indent), break_long_words=False) or [""])
    ]
    return indent + '"""' + ("\n" + indent).join(lines).replace("\n" + indent + "\n", "\n\n") + end + '"""\n'


def default_free(parameters: str) -> str:
    """Defaults that are no literals become "...", which a stub may say."""
    return re.sub(r" = (?!None|True|False|'|-?\d)[^,]*(\([^)]*\))?", " = ...", parameters)


def signatures(doc: str) -> list[tuple[str, str]]:
    """Of each overload the line with types, and what follows it."""
    found: list[tuple[str, list[str]]] = []
    for line in doc.splitlines():
        if SIGNATURE.match(line):
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
    return [(line, "\n".join(rest).strip()) for line, rest in found]


def function_stub(name: str, doc: str, indent: str = "", decorator: str = "") -> str:
    overloads = signatures(doc)
    if not overloads:
        sys.exit(f'the docstring of "{name}" has no line with types: {doc!r}')
    common = next((text for _, text in overloads if text), "")
    out = ""
    for line, text in overloads:
        found = SIGNATURE.match(line)
        assert found
        parameters = typed(default_free(found["parameters"]))
        if indent and not decorator:
            parameters = re.sub(r"^\w+(: [\w.]+)?", "self", parameters)
        if len(overloads) > 1:
            out += f"{indent}@overload\n"
        out += f"{indent}{decorator}def {name}({parameters}) -> {typed(found['result'])}:"
        body = quoted(text or (common if len(overloads) > 1 else ""), indent + "    ")
        out += f"\n{body}" if body else " ...\n"
    return out


def methods(of: type) -> str:
    out = ""
    for name, member in vars(of).items():
        is_static = isinstance(member, staticmethod)
        doc = (member.__func__ if is_static else member).__doc__ or ""
        is_bound = bool(SIGNATURE.search(doc.partition("\n")[0] or " ")) or "Overloaded function" in doc
        if not callable(member) or isinstance(member, type) or not is_bound:
            continue
        if name in ("__eq__", "__hash__", "__repr__", "__setstate__", "__getstate__", "_pybind11_conduit_v1_"):
            continue
        decorator = f"@staticmethod\n{'    '}" if is_static else ""
        out += function_stub(name, doc, "    ", decorator)
    return out


def value_stub(name: str, of: type[_core.Value]) -> str:
    out = f"class {name}(Value):\n{quoted(of.__doc__ or '', '    ')}\n"
    for field in of._fields:
        descriptor = vars(of)[field]
        out += f"    {field}: {typed(descriptor.annotation)} = ...\n{quoted(descriptor.__doc__, '    ')}"
    return out + methods(of)


def enum_stub(name: str, of: type[enum.Enum]) -> str:
    out = f"class {name}(enum.Enum):\n{quoted(of.__doc__ or '', '    ')}\n"
    for member in of:
        doc = vars(member).get("__doc__") or ""
        out += f"    {member.name} = ...\n{quoted(doc, '    ')}"
    return out


def class_stub(name: str, of: type) -> str:
    out = f"class {name}:\n{quoted(of.__doc__ or '', '    ')}\n"
    for attribute, member in vars(of).items():
        if isinstance(member, property):
            line = (member.fget.__doc__ or "").partition("\n")[0]
            found = SIGNATURE.match(line) or re.match(r"^(?P<name>)(?P<parameters>\(.*\)) -> (?P<result>.+)$", line)
            result = typed(found["result"]) if found else "Any"
            doc = quoted(member.__doc__ or "", "        ") or "        ...\n"
            out += f"    @property\n    def {attribute}(self) -> {result}:\n{doc}"
    return out + methods(of)


def body_of(module: ModuleType) -> str:
    classes, functions = "", ""
    for name in module.__all__:
        item = getattr(module, name)
        if item is _core.Value:
            docs = {n: (vars(item)[n].__doc__ or "") for n in ("replace", "to_dict", "to_json")}
            texts = {n: signatures(doc)[0][1].replace("\n", "\n        ") for n, doc in docs.items()}
            texts["from_json"] = "Reads what to_json() wrote; InvalidInput for anything else."
            classes = VALUE.format(**texts) + "\n" + classes
        elif isinstance(item, type) and issubclass(item, _core.Value):
            classes += value_stub(name, item) + "\n"
        elif isinstance(item, type) and issubclass(item, enum.Enum):
            classes += enum_stub(name, item) + "\n"
        elif isinstance(item, type):
            classes += class_stub(name, item) + "\n"
        elif callable(item):
            functions += function_stub(name, item.__doc__ or "") + "\n"
    return classes + functions


def imports(room: str, body: str, of_class: dict[str, str]) -> str:
    code = re.sub(r'""".*?"""', "", body, flags=re.S)
    used = set(re.findall(r"(?<![\w.\"'])[A-Za-z_]\w*", code))
    out = "".join(f"import {name}\n" for name in ("dataclasses", "enum", "os", "typing") if f"{name}." in code)
    for name in sorted(used & set(STANDARD)):
        out += f"from {STANDARD[name]} import {name}\n"
    for name in sorted(used & set(of_class)):
        if of_class[name] != room:
            out += f"from .{of_class[name]} import {name}\n"
    return out


def stub(room: str, module: ModuleType, of_class: dict[str, str]) -> str:
    body = body_of(module)
    names = "".join(f'    "{name}",\n' for name in module.__all__)
    text = f"{HEADER}{imports(room, body, of_class)}\n__all__ = [\n{names}]\n\n{body}"
    file = f"{room}.pyi"
    for command in (
        ["ruff", "check", "--isolated", "--select", "I", "--fix", "--quiet", "--stdin-filename", file, "-"],
        ["ruff", "format", "--isolated", "--line-length", "120", "--stdin-filename", file, "-"],
    ):
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{file}: {done.stderr}\n{text}")
        text = done.stdout
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 with a diff where the stubs are not up to date")
    is_check = parser.parse_args().check
    of_class = homes()
    differs = False
    for room, module in rooms().items():
        path = PACKAGE / f"{room}.pyi"
        wanted = stub(room, module, of_class)
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found == wanted:
            continue
        differs = True
        if is_check:
            lines = difflib.unified_diff(found.splitlines(True), wanted.splitlines(True), str(path), "generated")
            sys.stdout.writelines(lines)
        else:
            path.write_text(wanted, encoding="utf-8")
    return int(differs and is_check)


if __name__ == "__main__":
    sys.exit(main())
