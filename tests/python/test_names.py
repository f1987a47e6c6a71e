# SPDX-License-Identifier: Apache-2.0
"""Python has every public name of C++."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import r1cluster

MODULES = [module for module in vars(r1cluster).values() if inspect.ismodule(module) and hasattr(module, "__all__")]

# What Python says otherwise, and how.
OTHERWISE = {
    "CheckpointParser": "model(), of all texts at once",
    "DecideOptions": "keyword arguments of decide()",
    "Error": "an exception class, with a subclass for each kind",
    "CheckpointOptions": "keyword arguments of read_checkpoint()",
    "Folder": "dict[str, bytes]",
    "HostOptions": "keyword arguments of the functions that reach hosts",
    "LogOptions": "keyword arguments of logs() and follow_logs()",
    "SizeRefusal": "its text, of tensor_parallel_refusal()",
    "agent_main": "C++ alone",
    "example_spec_text": "cluster.toml of write_example()",
    "is_before": "C++ alone, with Knowledge",
    "is_one_machine": "C++ alone",
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
    in_python = set(r1cluster.__all__).union(*(module.__all__ for module in MODULES))
    assert names - set(OTHERWISE) - in_python == set()


def test_every_exception_to_that_is_still_a_name_of_the_headers(source: Path) -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in (source / "include" / "r1cluster").rglob("*.hpp"))
    assert [name for name in OTHERWISE if not re.search(rf"\b{name}\b", text)] == []


def test_all_is_sorted_and_true() -> None:
    assert sorted(set(r1cluster.__all__)) == r1cluster.__all__
    assert [name for name in r1cluster.__all__ if not hasattr(r1cluster, name)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_a_module_says_what_it_is_for_and_has_what_it_lists(module: ModuleType) -> None:
    assert module.__doc__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_the_top_level_is_short_enough_to_read() -> None:
    assert len(r1cluster.__all__) < 115
    assert {"Cluster", "Machine", "Plan", "Layout", "Report", "Decision", "Hosts", "Deployment"} <= set(
        r1cluster.__all__
    )


@pytest.mark.parametrize("module", [r1cluster, *MODULES], ids=lambda m: m.__name__)
def test_functions_have_a_signature_and_a_docstring(module: ModuleType) -> None:
    for name in module.__all__:
        item = getattr(module, name)
        if inspect.isroutine(item):
            assert inspect.signature(item), name
            assert item.__doc__, name


def test_the_version_is_that_of_the_source(source: Path) -> None:
    assert r1cluster.__version__ == (source / "VERSION").read_text(encoding="utf-8").strip()
