# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import enum
import inspect
import json
import keyword
import pickle
import sys
from typing import Any

import pytest

import r1cluster
from r1cluster import Cpu, DeploymentSpec, EngineSpec, Fate, Gpu, HostSpec, Machine, NumaNode, Phase, Severity, Version

VALUES = [
    value
    for name, value in vars(r1cluster).items()
    if inspect.isclass(value) and name in r1cluster.__all__ and hasattr(value, "from_json")
]

MACHINE = Machine(
    host="node1",
    cpu=Cpu(model="AMD EPYC", sockets=2, cores=64, threads=128),
    numa_nodes=[NumaNode(id=0, cpus="0-63", memory_bytes=2**40)],
    memory_bytes=2**41,
    gpus=[Gpu(nvml_index=0, name="NVIDIA H100 80GB HBM3", memory_bytes=85899345920, is_mig_enabled=False)],
    clock_offset_s=0.25,
)


def test_a_field_that_is_left_out_has_the_default_of_cpp() -> None:
    spec = EngineSpec(python="/opt/vllm/bin/python")
    assert spec.name == ""
    assert spec.gpu_memory_utilization == 0.9
    assert spec.kv_cache_bytes is None
    assert spec.extra_arguments == []


def test_fields_go_by_name_only() -> None:
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        HostSpec("node1")  # type: ignore[call-arg]


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        HostSpec(host="node1")  # type: ignore[call-arg]


def test_a_wrong_type_is_refused() -> None:
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        HostSpec(name=7)  # type: ignore[arg-type]


def test_fields_cannot_be_assigned() -> None:
    with pytest.raises(AttributeError):
        MACHINE.host = "node2"  # type: ignore[misc]


def test_values_nest() -> None:
    assert MACHINE.cpu.cores == 64
    assert MACHINE.gpus[0].name == "NVIDIA H100 80GB HBM3"
    assert MACHINE.numa_nodes[0].memory_bytes == 2**40


def test_a_part_outlives_the_whole() -> None:
    gpu = Machine(gpus=[Gpu(name="a"), Gpu(name="b")]).gpus[1]
    assert gpu.name == "b"


def test_no_field_is_a_keyword_of_python() -> None:
    assert [f"{v.__name__}.{name}" for v in VALUES for name in vars(v) if keyword.iskeyword(name)] == []
    link = r1cluster.DevicePath(from_="gpu0", to="gpu1", path="NV18")
    assert repr(link) == "DevicePath(from_='gpu0', to='gpu1', path='NV18')"
    assert link.replace(from_="gpu2").from_ == "gpu2"
    assert json.loads(link.to_json())["from"] == "gpu0"


def test_equality_is_by_content() -> None:
    assert HostSpec(name="a") == HostSpec(name="a")
    assert HostSpec(name="a") != HostSpec(name="b")
    assert HostSpec(name="a") != "a"


def test_values_are_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(MACHINE)


def test_repr_is_a_constructor_call_without_defaults() -> None:
    spec = DeploymentSpec(name="r1", fate=Fate.attached, hosts=[HostSpec(name="a", gpus=[0, 1], env={"A": "1"})])
    assert repr(spec) == (
        "DeploymentSpec(name='r1', fate=Fate.attached, hosts=[HostSpec(name='a', gpus=[0, 1], env={'A': '1'})])"
    )
    assert eval(repr(spec), vars(r1cluster)) == spec


def test_repr_is_bounded() -> None:
    assert repr(HostSpec(name="é" * 1000)) == "HostSpec(name='" + "é" * 38 + "...')"
    many = repr(DeploymentSpec(hosts=[HostSpec(name=f"node{i}") for i in range(1000)]))
    assert len(many) <= 400
    assert many.endswith("...")


def test_replace_gives_a_changed_copy() -> None:
    changed = MACHINE.replace(host="node2", gpus=[])
    assert (changed.host, changed.gpus, changed.cpu) == ("node2", [], MACHINE.cpu)
    assert MACHINE.host == "node1"
    assert MACHINE.__replace__(host="node2", gpus=[]) == changed


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace() is of Python 3.13")
def test_copy_replace_works() -> None:
    replace: Any = vars(copy)["replace"]
    assert replace(MACHINE, host="node2").host == "node2"


def test_replace_refuses_a_name_that_is_no_field() -> None:
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        MACHINE.replace(name="node2")


@pytest.mark.parametrize("value", VALUES, ids=lambda v: v.__name__)
def test_every_value_survives_json_pickle_and_copy(value: Any) -> None:
    instance = value()
    assert value.from_json(instance.to_json()) == instance
    assert pickle.loads(pickle.dumps(instance)) == instance
    assert copy.deepcopy(instance) == instance
    assert instance.replace() == instance
    assert isinstance(repr(instance), str)


def test_a_full_value_survives_json_and_pickle() -> None:
    assert Machine.from_json(MACHINE.to_json()) == MACHINE
    assert pickle.loads(pickle.dumps(MACHINE)) == MACHINE


def test_json_names_its_schema_and_the_fields() -> None:
    document = json.loads(HostSpec(name="a").to_json())
    assert document["schema"] == "r1cluster.host_spec"
    assert document["version"] == 1
    assert document["transport"] == "ssh"
    assert document["gpus"] is None


def test_from_json_says_where_a_text_is_wrong() -> None:
    with pytest.raises(r1cluster.InvalidInput) as caught:
        HostSpec.from_json('{\n"name" 1}', "a.json")
    assert str(caught.value).startswith("a.json:2:")


def test_enumerators_have_the_names_of_cpp() -> None:
    assert issubclass(Phase, enum.Enum)
    assert [fate.name for fate in Fate] == ["service", "attached"]
    assert [severity.name for severity in Severity] == ["error", "warning", "unknown", "info"]
    assert Severity["unknown"] is Severity.unknown
    assert pickle.loads(pickle.dumps(Fate.attached)) is Fate.attached


def test_classes_say_that_they_are_of_r1cluster() -> None:
    assert {getattr(r1cluster, name).__module__ for name in r1cluster.__all__ if name[0].isupper()} == {"r1cluster"}


def test_versions_are_ordered_by_their_numbers() -> None:
    texts = ["0.9.2", "0.10.0rc1", "0.10.0", "0.11.1"]
    assert [str(v) for v in sorted(map(Version.parse, reversed(texts)))] == texts
    assert Version.parse("0.32.0+cpu") >= Version.parse("0.32.0")
    assert Version.parse("0.32.0+cpu") == Version.parse("0.32.0")
    assert Version.parse("580.159.04").numbers == [580, 159, 4]
    assert Version.try_parse("abc") is None
    assert pickle.loads(pickle.dumps(Version.parse("0.32.0+cpu"))).local == "cpu"


def test_units_read_well() -> None:
    assert r1cluster.format_bytes(688586727753) == "641.30 GiB"
    assert r1cluster.format_count(1915376) == "1,915,376"
    assert r1cluster.format_seconds(0.085) == "85 ms"
