# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys
from pathlib import Path

import pytest

import r1cluster
from r1cluster import Layout
from r1cluster.layout import RankPlacement
from r1cluster.model import Tensor

CONFIG = """{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16", "hidden_size": 8,
    "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
    "vocab_size": 100, "max_position_embeddings": 64, "tie_word_embeddings": false}"""
FORMAT = "T{I:file:I:tensor:Q:offset_bytes:Q:rows:Q:run_bytes:Q:stride_bytes:I:padding_rows:H:replicas:B:cast:x}"


def checkpoint() -> r1cluster.Checkpoint:
    tensors = [
        Tensor(name="model.embed_tokens.weight", dtype="BF16", shape=[100, 8], offset_bytes=8, size_bytes=1600),
        Tensor(
            name="model.layers.0.self_attn.o_proj.weight",
            dtype="BF16",
            shape=[8, 8],
            offset_bytes=1608,
            size_bytes=128,
        ),
    ]
    file = r1cluster.model.ShardFile(name="model.safetensors", size_bytes=1736, header_bytes=8, tensors=tensors)
    return r1cluster.Checkpoint(path="/data/tiny", config=r1cluster.model.parse_config(CONFIG), files=[file])


def plan_of_two() -> r1cluster.ShardPlan:
    ranks = [RankPlacement(rank=rank, tensor_rank=rank, host="a", layer_count=1) for rank in range(2)]
    return r1cluster.plan_shards(Layout(tensor_parallel=2, layers_per_stage=[1], ranks=ranks), checkpoint())


def test_slices_are_made_as_they_are_walked() -> None:
    plan = plan_of_two()
    embedding, output = plan.slices(1)
    assert r1cluster.model.tensor_of(checkpoint(), output).name == "model.layers.0.self_attn.o_proj.weight"
    # 100 rows are padded to 128, and rank 1 has the rows from 64 on.
    assert (embedding.offset_bytes, embedding.bytes(), embedding.padding_rows) == (8 + 64 * 16, 36 * 16, 28)
    assert (output.offset_bytes, output.rows, output.run_bytes, output.stride_bytes) == (1608 + 8, 8, 8, 16)
    with pytest.raises(r1cluster.InvalidInput, match="the plan has 2 ranks"):
        plan.slices(2)


def test_a_plan_survives_its_json_form() -> None:
    plan = plan_of_two()
    again = r1cluster.ShardPlan.from_json(plan.to_json())
    assert again == plan
    assert list(again.slices(0)) == list(plan.slices(0))


def test_slices_are_a_block_of_memory_for_others() -> None:
    view = memoryview(plan_of_two().slice_table(1))
    assert (view.format, view.itemsize, view.shape, view.readonly) == (FORMAT, 48, (2,), True)


def test_slices_are_a_structured_array() -> None:
    numpy = pytest.importorskip("numpy")
    plan = plan_of_two()
    slices = plan.to_numpy(1)
    assert slices.dtype.names == (
        "file",
        "tensor",
        "offset_bytes",
        "rows",
        "run_bytes",
        "stride_bytes",
        "padding_rows",
        "replicas",
        "cast",
    )
    assert not slices.flags.owndata
    assert int(numpy.sum(slices["rows"] * slices["run_bytes"])) == plan.ranks[1].bytes
    assert slices["offset_bytes"].tolist() == [piece.offset_bytes for piece in plan.slices(1)]


def test_slices_are_rows_of_a_parquet_file(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    plan = plan_of_two()
    r1cluster.write_parquet(plan, tmp_path / "plan.parquet")
    rows = parquet.read_table(tmp_path / "plan.parquet").to_pylist()
    assert [(row["rank"], row["file"], row["tensor"]) for row in rows] == [
        (rank, "model.safetensors", tensor) for rank in range(2) for tensor in range(2)
    ]
    assert [row["offset_bytes"] for row in rows[2:]] == [piece.offset_bytes for piece in plan.slices(1)]
    assert {row["cast"] for row in rows} == {"none"}
    assert rows[2]["padding_rows"] == 28


def test_without_pyarrow_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(r1cluster.Unavailable, match=r'is not installed; pip install "r1cluster\[notebook\]"'):
        r1cluster.write_parquet(plan_of_two(), tmp_path / "plan.parquet")
