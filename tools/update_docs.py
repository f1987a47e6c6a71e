#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of docs/ that repeat the tables of knowledge, or the rooms of check_includes.py.

Usage: update_docs.py [--check] [SOURCE_DIR]

A table stands between two lines of a page:

    <!-- update_docs.py: NAME -->
    <!-- end of NAME -->

TABLES has a function for each NAME. --check changes nothing, prints what differs, and exits with 1 if a page does.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import check_includes
import tomllib

Row = dict[str, Any]
MARKED = re.compile(r"(<!-- update_docs\.py: ([a-z ]+) -->\n).*?(<!-- end of \2 -->\n)", re.S)


class Tables:
    """The tables of a source folder; each row with what [default] gives."""

    def __init__(self, source: Path) -> None:
        self.source = source

    def rows(self, name: str) -> list[Row]:
        """Of "gpus", or of "vllm/flags"."""
        engine, _, table = name.rpartition("/")
        folder = f"src/engine/{engine}/tables" if engine else "src/knowledge/tables"
        text = (self.source / folder / f"{table}.toml").read_text(encoding="utf-8")
        document = tomllib.loads(text)
        return [{**document.get("default", {}), **row} for row in document.get("row", [])]

    def of_engines(self, table: str) -> list[tuple[str, Row]]:
        """Rows of all engines that have such a table, with the name of the engine."""
        paths = sorted(self.source.glob(f"src/engine/*/tables/{table}.toml"), reverse=True)
        engines = [path.parts[-3] for path in paths]
        return [(engine, row) for engine in engines for row in self.rows(f"{engine}/{table}")]


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def band(value: Any) -> str:
    """[low, likely, high], or one number."""
    return ", ".join(number(part) for part in value) if isinstance(value, list) else number(value)


def releases(row: Row) -> str:
    since, until = row.get("since"), row.get("until")
    if since and until:
        return f"{since} up to, without, {until}"
    return f"{since} and later" if since else f"before {until}" if until else "all"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(
        "|" + "|".join(cell if cell == "---" else f" {cell} ".replace("  ", " ") for cell in line) + "|\n"
        for line in lines
    )


def variables(tables: Tables) -> list[Row]:
    return [*tables.rows("variables"), *(row for _, row in tables.of_engines("variables"))]


def variables_set(tables: Tables) -> str:
    rows = [row for row in variables(tables) if row.get("when")]
    words = {"gpu": "GPUs", "cpu": "CPU"}
    return table(
        ["variable", "what it does", "value", "when", "why"],
        [
            [
                code(row["name"]),
                row["does"],
                code(row["value"]),
                (f"{words[row['runs_on']]}; " if "runs_on" in row else "") + row["when"],
                row["because"],
            ]
            for row in rows
        ],
    )


def variables_left(tables: Tables) -> str:
    rows = [row for row in variables(tables) if row["decision"].startswith("leave")]
    return table(
        ["variable", "what it does", "why it is left alone"],
        [[code(row["name"]), row["does"], row["because"]] for row in rows],
    )


def variables_read(tables: Tables) -> str:
    rows = [row for row in variables(tables) if row["decision"] == "read"]
    return table(
        ["variable", "read by", "releases", "what it does"],
        [[code(row["name"]), row["read_by"], releases(row), row["does"]] for row in rows],
    )


def variable_sources(tables: Tables) -> str:
    return table(
        ["variable", "source", "confidence"],
        [[code(row["name"]), row["source"], row["confidence"]] for row in variables(tables)],
    )


def checks(tables: Tables) -> str:
    return table(
        ["id", "what must hold", "severity", "source"],
        [[code(row["id"]), row["requirement"], row["severity"], row["source"]] for row in tables.rows("checks")],
    )


def thresholds(tables: Tables) -> str:
    return table(
        ["threshold", "value", "source"],
        [[code(row["name"]), number(row["value"]), row["source"]] for row in tables.rows("thresholds")],
    )


def gpus(tables: Tables) -> str:
    def cell(row: Row, key: str) -> str:
        return number(row[key]) if row.get(key) else ""

    keys = [
        "memory_gbytes_per_s",
        "bfloat16_tflops",
        "float16_tflops",
        "fp8_tflops",
        "int8_tops",
        "nvlink_gbytes_per_s",
    ]
    return table(
        ["GPU", "capability", "memory, GB/s", "bfloat16", "float16", "FP8", "INT8", "NVLink, GB/s", "PCIe", "source"],
        [
            [
                row["words"],
                row["compute_capability"],
                *(cell(row, key) for key in keys),
                cell(row, "pcie_generation"),
                row["source"],
            ]
            for row in tables.rows("gpus")
        ],
    )


def figures(name: str) -> Callable[[Tables], str]:
    def of(tables: Tables) -> str:
        return table(
            ["figure", "value", "unit", "what", "source"],
            [
                [code(row["name"]), band(row["value"]), row["unit"], row["does"], row["source"]]
                for row in tables.rows(name)
            ],
        )

    return of


def overheads(tables: Tables) -> str:
    return table(
        ["engine", "releases", "untuned kernels times", "Python a step, ms", "hidden", "with a pipeline, ms", "why"],
        [
            [
                engine,
                releases(row),
                band(row["untuned_kernel_factor"]),
                band(row["step_ms"]),
                "yes" if row.get("is_asynchronous") else "no",
                band(row["pipeline_step_ms"]),
                row["because"],
            ]
            for engine, row in tables.of_engines("overheads")
        ],
    )


def engine_memory(tables: Tables) -> str:
    return table(
        ["engine", "runner", "releases", "accounting", "default share", "source"],
        [
            [
                engine,
                row["runner"],
                releases(row),
                code(row["accounting"]),
                number(row["default_utilization"]),
                row["source"],
            ]
            for engine, row in tables.of_engines("memory")
        ],
    )


def context_memory(tables: Tables) -> str:
    return table(
        ["accounting", "ranks, at least", "MiB", "source"],
        [
            [code(row["what"]), str(row["ranks"]), band(row["mib"]), row["source"]]
            for row in tables.rows("context_memory")
        ],
    )


def storage(tables: Tables) -> str:
    return table(
        ["where", "file systems", "GB/s", "source"],
        [
            [row["words"], ", ".join(row.get("filesystems", ["any other"])), band(row["gbytes_per_s"]), row["source"]]
            for row in tables.rows("storage")
        ],
    )


def engine_releases(tables: Tables) -> str:
    return table(
        ["engine", "release", "date", "torch", "CUDA of the wheel", "Python", "confidence"],
        [
            [
                engine,
                row["version"],
                row.get("date", ""),
                row.get("torch", ""),
                row.get("wheel_cuda", ""),
                row.get("python", ""),
                row["confidence"],
            ]
            for engine, row in tables.of_engines("releases")
        ],
    )


def routes(tables: Tables) -> str:
    def asks(row: Row) -> str:
        return "yes" if row["is_guarded"] else "**no**"

    return table(
        ["engine", "route", "releases", "what it does", "only with", "asks for the key", "through the proxy", "source"],
        [
            [
                engine,
                code(f"{row['methods']} {row['route']}"),
                releases(row),
                row["does"],
                row.get("when", ""),
                asks(row),
                "yes" if row["is_forwarded"] else "",
                row["source"],
            ]
            for engine, row in tables.of_engines("routes")
        ],
    )


def loader_features(tables: Tables) -> str:
    return table(
        ["engine", "feature", "releases", "source"],
        [[engine, code(row["feature"]), releases(row), row["source"]] for engine, row in tables.of_engines("features")],
    )


def rooms(_: Tables) -> str:
    def cell(targets: str) -> str:
        return ", ".join(code(target) for target in targets.split() if target != "base")

    allowed = check_includes.ALLOWED.items()
    return table(
        ["room", "includes, besides `base`"],
        [[code(room), cell(targets)] for room, targets in allowed if room != "base"]
        + [[", ".join(code(room) for room in sorted(check_includes.TOP)), "everything; no room includes them"]],
    )


TABLES: dict[str, Callable[[Tables], str]] = {
    "variables that are set": variables_set,
    "variables that are left alone": variables_left,
    "variables that are read": variables_read,
    "sources of variables": variable_sources,
    "checks": checks,
    "thresholds": thresholds,
    "gpus": gpus,
    "speed figures": figures("speed_figures"),
    "link figures": figures("link_figures"),
    "memory figures": figures("memory_figures"),
    "engine overheads": overheads,
    "engine memory": engine_memory,
    "context memory": context_memory,
    "storage": storage,
    "engine releases": engine_releases,
    "engine routes": routes,
    "engine features": loader_features,
    "rooms": rooms,
}


def updated(page: str, tables: Tables) -> str:
    """The page with its tables as they are now. Raises ValueError for a marker that TABLES does not have."""

    def replacement(match: re.Match[str]) -> str:
        if match.group(2) not in TABLES:
            raise ValueError(f"no table is called {match.group(2)!r}; known are {', '.join(TABLES)}")
        return match.group(1) + "\n" + TABLES[match.group(2)](tables) + "\n" + match.group(3)

    if page.count("<!-- update_docs.py:") != len(MARKED.findall(page)):
        raise ValueError('a line "<!-- update_docs.py: NAME -->" has no line "<!-- end of NAME -->"')
    return MARKED.sub(replacement, page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, and change nothing")
    parser.add_argument("source", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    options = parser.parse_args()
    tables = Tables(options.source)
    unused, differs = set(TABLES), False
    for path in sorted((options.source / "docs").glob("**/*.md")):
        page = path.read_text(encoding="utf-8")
        try:
            wanted = updated(page, tables)
        except ValueError as error:
            sys.exit(f"{path}: {error}")
        unused -= {match[1] for match in MARKED.findall(page)}
        if wanted == page:
            continue
        differs = True
        if options.check:
            sys.stdout.writelines(
                difflib.unified_diff(page.splitlines(True), wanted.splitlines(True), str(path), "tools/update_docs.py")
            )
        else:
            path.write_text(wanted, encoding="utf-8")
            print(f"wrote {path}")
    if unused:
        sys.exit(f"no page of docs/ has the table {', '.join(sorted(unused))}")
    if differs and options.check:
        print("run tools/update_docs.py")
    return 1 if differs and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
