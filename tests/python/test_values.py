# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import dataclasses
import enum
import inspect
import json
import keyword
import pickle
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

import r1cluster
from r1cluster import DeploymentSpec, HostSpec, Machine, Severity, Value, Version
from r1cluster.facts import Cpu, DevicePath, Gpu, NumaNode
from r1cluster.launch import Phase
from r1cluster.spec import EngineSpec, Fate, ServeSpec

MODULES = [module for module in vars(r1cluster).values() if inspect.ismodule(module) and hasattr(module, "__all__")]
VALUES = sorted(
    {
        value
        for module in MODULES
        for name in module.__all__
        if inspect.isclass(value := getattr(module, name)) and issubclass(value, Value) and value is not Value
    },
    key=lambda value: value.__name__,
)
HAS_NO_DOCUMENT = {"Progress", "Release", "Releases", "Version"} | set(r1cluster.knowledge.__all__) - {"Knowledge"}

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
    assert spec.gpu_memory_utilization is None
    assert spec.kv_cache_bytes is None
    assert spec.extra_arguments == []


def test_fields_go_by_name_only() -> None:
    with pytest.raises(TypeError, match="takes fields by name only"):
        HostSpec("node1")  # type: ignore[call-arg]


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match='HostSpec has no field "host"'):
        HostSpec(host="node1")  # type: ignore[call-arg]


def test_a_wrong_type_is_refused() -> None:
    with pytest.raises(TypeError, match=r"HostSpec\.name must be str, not int 7"):
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
    assert [f"{v.__name__}.{name}" for v in VALUES for name in v._fields if keyword.iskeyword(name)] == []
    link = DevicePath(from_="gpu0", to="gpu1", path="NV18")
    assert repr(link) == "DevicePath(from_='gpu0', to='gpu1', path='NV18')"
    assert link.replace(from_="gpu2").from_ == "gpu2"
    assert json.loads(link.to_json())["from"] == "gpu0"


def test_equality_is_by_content() -> None:
    assert HostSpec(name="a") == HostSpec(name="a")
    assert HostSpec(name="a") != HostSpec(name="b")
    assert HostSpec(name="a") != "a"


def test_equal_values_hash_equal() -> None:
    assert len({HostSpec(name="a", gpus=[0]), HostSpec(name="a", gpus=[0]), HostSpec(name="b")}) == 2
    again = Machine.from_json(MACHINE.to_json())
    assert again is not MACHINE
    assert hash(again) == hash(MACHINE)
    assert hash(MACHINE.replace(host="b")) != hash(MACHINE)
    assert hash(HostSpec(env={"a": "1", "b": "2"})) == hash(HostSpec(env={"b": "2", "a": "1"}))
    texts = ["0.32.0", "0.32", "0.32.0.0", "0.32.0+cpu"]
    assert len({Version.parse(text) for text in texts}) == 1
    assert hash(r1cluster.units.Interval(low=0.0)) == hash(r1cluster.units.Interval(low=-0.0))


def test_a_list_of_a_value_cannot_be_changed() -> None:
    spec = DeploymentSpec(hosts=[HostSpec(name="a", env={"A": "1"})])
    with pytest.raises(AttributeError, match=r"never changes; value.replace"):
        spec.hosts.append(HostSpec(name="b"))  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"never changes; value.replace"):
        spec.hosts[0] = HostSpec(name="b")  # type: ignore[index]
    with pytest.raises(TypeError, match=r"never changes; value.replace"):
        spec.hosts[0].env["B"] = "2"  # type: ignore[index]
    with pytest.raises(AttributeError, match=r"never changes; HostSpec.replace\(name=...\)"):
        spec.hosts[0].name = "b"  # type: ignore[misc]
    longer = spec.replace(hosts=[*spec.hosts, HostSpec(name="b")])
    assert [host.name for host in longer.hosts] == ["a", "b"]
    assert longer.hosts[0] == spec.hosts[0]


def test_lists_and_dicts_of_a_value_are_as_others_are() -> None:
    host = HostSpec(gpus=[0, 1], env={"A": "1"})
    assert host.gpus == [0, 1] == host.gpus
    assert host.gpus == (0, 1)
    assert host.gpus != [0]
    assert repr(host.gpus) == "[0, 1]"
    assert json.dumps({"gpus": host.gpus, "env": host.env}) == '{"gpus": [0, 1], "env": {"A": "1"}}'
    assert pickle.loads(pickle.dumps((host.gpus, host.env))) == (host.gpus, host.env)
    assert host.env | {"B": "2"} == {"A": "1", "B": "2"}


def test_a_field_is_made_once() -> None:
    assert MACHINE.gpus is MACHINE.gpus
    assert MACHINE.cpu is MACHINE.cpu
    assert MACHINE.gpus[0] is MACHINE.gpus[0]


def test_access_by_index_does_not_depend_on_the_length() -> None:
    """Counted in allocations, as times would depend on the machine."""
    spec = DeploymentSpec(hosts=[HostSpec(name=str(i)) for i in range(1000)])
    assert spec.hosts[0].name == "0"
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    assert [spec.hosts[i].name for i in range(1000)][-1] == "999"
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 1000 * 200, "each access made a list again"


def test_to_dict_is_what_json_has() -> None:
    document = json.loads(MACHINE.to_json())
    assert document.pop("schema") == "r1cluster.machine"
    assert document.pop("version") == 1
    assert MACHINE.to_dict() == document
    assert DevicePath(from_="a").to_dict()["from"] == "a"


def test_values_are_dataclasses_to_who_asks() -> None:
    assert dataclasses.is_dataclass(HostSpec)
    assert [field.name for field in dataclasses.fields(HostSpec)] == list(HostSpec._fields)
    assert dataclasses.replace(HostSpec(name="a"), ssh="b") == HostSpec(name="a", ssh="b")
    assert dataclasses.asdict(HostSpec(name="a", env={"A": "1"}))["env"] == {"A": "1"}
    assert list(inspect.signature(HostSpec).parameters) == list(HostSpec._fields)


def test_rows_have_a_column_for_each_part() -> None:
    forecast = r1cluster.MemoryForecast(kv_tokens=r1cluster.units.WholeInterval(low=1, likely=2, high=3))
    (row,) = r1cluster.to_rows([forecast])
    assert (row["kv_tokens.low"], row["kv_tokens.likely"], row["kv_tokens.high"]) == (1, 2, 3)
    (row,) = r1cluster.to_rows([HostSpec(transport=r1cluster.spec.Transport.local)])
    assert row["transport"] == "local"


def test_pandas_makes_a_table_of_values() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(r1cluster.Plan(layouts=[r1cluster.Layout(tensor_parallel=8)]).layouts)
    assert list(frame.columns) == list(r1cluster.Layout._fields)
    assert list(frame["tensor_parallel"]) == [8]
    frame = pandas.DataFrame([HostSpec(name="a"), HostSpec(name="b")])
    assert list(frame["name"]) == ["a", "b"]
    assert list(frame.columns) == list(HostSpec._fields)


def test_replace_reaches_into_a_value() -> None:
    spec = DeploymentSpec(serve=ServeSpec(port=8000, address="a"))
    changed = spec.replace(serve={"port": 8001})
    assert changed.serve == ServeSpec(port=8001, address="a")
    with pytest.raises(TypeError, match=r"ServeSpec\.port must be int"):
        spec.replace(serve={"port": "8001"})


def test_a_wrong_item_is_named_by_its_place() -> None:
    with pytest.raises(TypeError, match=r"DeploymentSpec.hosts\[1\] must be HostSpec, not str 'b'"):
        DeploymentSpec(hosts=[HostSpec(), "b"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"HostSpec.gpus must be Sequence\[int\], not str '01'"):
        HostSpec(gpus="01")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"RankPlacement.weight_bytes must be int from 0 to 18446744073709551615"):
        r1cluster.layout.RankPlacement(weight_bytes=-1)


def test_every_field_has_a_docstring() -> None:
    assert [f"{v.__name__}.{name}" for v in VALUES for name in v._fields if not vars(v)[name].__doc__] == []


def test_repr_is_a_constructor_call_without_defaults() -> None:
    spec = DeploymentSpec(name="r1", fate=Fate.attached, hosts=[HostSpec(name="a", gpus=[0, 1], env={"A": "1"})])
    assert repr(spec) == (
        "DeploymentSpec(name='r1', fate=Fate.attached, hosts=[HostSpec(name='a', gpus=[0, 1], env={'A': '1'})])"
    )
    assert eval(repr(spec), {**vars(r1cluster), **vars(r1cluster.spec)}) == spec


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
    with pytest.raises(TypeError, match='has no field "nmae"; did you mean "names"'):
        MACHINE.replace(nmae="node2")


@pytest.mark.parametrize("value", VALUES, ids=lambda v: v.__name__)
def test_every_value_survives_json_pickle_and_copy(value: Any) -> None:
    instance = value()
    if value.__name__ in HAS_NO_DOCUMENT:
        with pytest.raises(TypeError, match="has no JSON document of its own"):
            instance.to_json()
    else:
        assert value.from_json(instance.to_json()) == instance
    assert hash(instance) == hash(value())
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


def test_classes_say_the_module_that_users_see() -> None:
    for value in VALUES:
        module = sys.modules[value.__module__]
        assert module in MODULES
        assert getattr(module, value.__name__) is value
    assert r1cluster.Layout.__module__ == "r1cluster.layout"


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


def test_a_pickle_is_a_small_part_of_the_document(recording: Path) -> None:
    """R1's own: 1.1 of 23.6 MB for the checkpoint, 1.1 of 14.3 MB for the plan of its shards."""
    text = r1cluster.load_recording(str(recording)).checkpoint
    assert text is not None
    checkpoint = r1cluster.parse_checkpoint(text)
    packed = pickle.dumps(checkpoint)
    assert len(packed) < len(checkpoint.to_json()) / 8
    assert pickle.loads(packed) == checkpoint
