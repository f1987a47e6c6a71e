# SPDX-License-Identifier: Apache-2.0
"""Python has every public name of C++."""

from __future__ import annotations

import re
from pathlib import Path

import r1cluster

# What Python says otherwise, and how.
OTHERWISE = {
    "CheckpointParser": "model(), of all texts at once",
    "DecideOptions": "keyword arguments of decide()",
    "Error": "an exception class, with a subclass for each kind",
    "CheckpointOptions": "keyword arguments of read_checkpoint()",
    "Folder": "dict[str, bytes]",
    "HostOptions": "keyword arguments of the functions that reach hosts",
    "LogOptions": "keyword arguments of logs() and follow_logs()",
    "Knowledge": "C++ alone; the command line takes --knowledge",
    "Release": "C++ alone, with Knowledge",
    "Releases": "C++ alone, with Knowledge",
    "SizeRefusal": "its text, of tensor_parallel_refusal()",
    "is_before": "C++ alone, with Knowledge",
    "embedded_knowledge_files": "C++ alone, with Knowledge",
    "lint_knowledge": "C++ alone, with Knowledge",
    "load_knowledge": "C++ alone, with Knowledge",
    "parse_knowledge": "C++ alone, with Knowledge",
    "TableProblem": "C++ alone, with Knowledge",
    "agent_main": "C++ alone",
    "is_one_machine": "C++ alone",
    "table_json": "C++ alone, with Knowledge",
    "read_knowledge_files": "C++ alone, with Knowledge",
    "SliceRange": "an iterator, of ShardPlan.slices()",
    "TensorEntry": "see TensorList",
    "TensorKind": "see TensorList",
    "TensorList": "list[Tensor]",
    "UpOptions": "keyword arguments of up()",
    "read_model": "model(read_checkpoint()), which keeps the headers",
    "from_json": "a static method of each value",
    "to_json": "a method of each value",
    "text_of": "str() of a Goal",
    "to_text": "the name of an enumerator",
}
TYPE = re.compile(r"^(?:struct|class|enum class) (\w+)(?! *;)\b", re.M)
FUNCTION = re.compile(r"^[A-Za-z_][\w:<>,&* ]* [&*]?(\w+)\(", re.M)


def public_names(header: Path) -> set[str]:
    text = header.read_text(encoding="utf-8")
    # Where namespace r1cluster::x begins, a room keeps names of its own.
    text = text.split("namespace r1cluster::", 1)[0]
    return set(TYPE.findall(text)) | set(FUNCTION.findall(text))


def test_every_public_name_of_the_headers_is_in_python(source: Path) -> None:
    names: set[str] = set()
    for header in (source / "include" / "r1cluster").rglob("*.hpp"):
        names |= public_names(header)
    assert len(names) > 100, "the patterns above no longer find names"
    assert names - set(OTHERWISE) - set(r1cluster.__all__) == set()


def test_every_exception_to_that_is_still_a_name_of_the_headers(source: Path) -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in (source / "include" / "r1cluster").rglob("*.hpp"))
    assert [name for name in OTHERWISE if not re.search(rf"\b{name}\b", text)] == []


def test_all_is_sorted_and_true() -> None:
    assert sorted(set(r1cluster.__all__)) == r1cluster.__all__
    assert [name for name in r1cluster.__all__ if not hasattr(r1cluster, name)] == []


def test_the_version_is_that_of_the_source(source: Path) -> None:
    assert r1cluster.__version__ == (source / "VERSION").read_text(encoding="utf-8").strip()
