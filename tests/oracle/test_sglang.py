# SPDX-License-Identifier: Apache-2.0
"""Command lines for SGLang, given to the argument parser of each release: it must understand what the plan means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from conftest import CACHE, HERE

import r1cluster
from r1cluster.engine import choose_engine
from r1cluster.layout import RankPlacement
from r1cluster.model import ModelConfig
from r1cluster.spec import EngineSpec, HostSpec, ModelSpec, ServeSpec

VERSIONS = ("0.4.3", "0.4.6.post5", "0.4.7", "0.4.10", "0.5.1", "0.5.5", "0.5.10", "0.5.16", "0.5.23")


@dataclass(frozen=True)
class Sizes:
    tensor: int
    pipeline: int = 1
    data: int = 1

    def layout(self, spec: r1cluster.DeploymentSpec) -> r1cluster.Layout:
        """Over two hosts of eight GPUs."""
        ranks = [
            RankPlacement(
                rank=rank,
                tensor_rank=rank % self.tensor,
                pipeline_rank=rank // self.tensor % self.pipeline,
                data_rank=rank // (self.tensor * self.pipeline),
                host="ab"[rank // 8],
                gpu=rank % 8,
            )
            for rank in range(16)
        ]
        return r1cluster.Layout(
            tensor_parallel=self.tensor,
            pipeline_parallel=self.pipeline,
            data_parallel=self.data,
            is_expert_parallel=self.data > 1,
            ranks=ranks,
            engine=choose_engine(spec, r1cluster.Cluster(), ModelConfig(dtype="bfloat16")),
        )


LAYOUTS = {
    "TP 16": Sizes(16),
    "TP 8 x PP 2": Sizes(8, pipeline=2),
    "16 copies, EP": Sizes(1, data=16),
    "8 copies, EP": Sizes(2, data=8),
}
# What r1cluster refuses to start, because the release cannot.
REFUSED = {("0.4.3", "TP 8 x PP 2"), ("0.4.6.post5", "TP 8 x PP 2"), ("0.4.3", "8 copies, EP")}


def folder_of(version: str) -> str:
    if not (CACHE / f"oracle-sglang-{version}" / ".complete").exists():
        pytest.skip(f"SGLang {version} is not in {CACHE}; tests/oracle/sglang_wheel.sh {version} puts it there")
    return str(CACHE / f"oracle-sglang-{version}")


def spec_for(version: str) -> r1cluster.DeploymentSpec:
    return r1cluster.DeploymentSpec(
        name="r1",
        hosts=[HostSpec(name=name, address=f"10.0.0.{i + 1}") for i, name in enumerate("ab")],
        model=ModelSpec(path="/data/r1", served_name="r1"),
        engine=EngineSpec(
            name="sglang",
            version=version,
            python="/opt/sglang/bin/python",
            gpu_memory_utilization=0.85,
            dtype="bfloat16",
            kv_cache_dtype="fp8",
            max_batched_tokens=4096,
            max_sequences=64,
            is_eager=True,
        ),
        serve=ServeSpec(max_model_len=32768),
    )


def understood(version: str, argv: list[str]) -> dict[str, object]:
    folder = folder_of(version)
    environment = os.environ | {"PYTHONPATH": folder}
    done = subprocess.run(
        [sys.executable, str(HERE / "parse_sglang.py"), folder, *argv], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_parser_of_the_release_understands_the_command(version: str, name: str) -> None:
    sizes, spec = LAYOUTS[name], spec_for(version)
    cluster, layout = r1cluster.Cluster(), sizes.layout(spec)
    settings = r1cluster.choose_settings(spec, cluster, layout)
    if (version, name) in REFUSED:
        with pytest.raises(r1cluster.InvalidInput):
            r1cluster.plan_launch(spec, cluster, layout, settings)
        return
    plan = r1cluster.plan_launch(spec, cluster, layout, settings)
    for node, host in enumerate(plan.hosts):
        argv = host.processes[0].argv
        assert list(argv[1:3]) == ["-m", "sglang.launch_server"]
        said = understood(version, list(argv[3:]))
        assert said["model_path"] == "/data/r1"
        assert said["dist_init_addr"] == "10.0.0.1:28000"
        assert (said["nnodes"], said["node_rank"]) == (2, node)
        assert said.get("tp_size", said.get("tensor_parallel_size")) == sizes.tensor * sizes.data
        assert said.get("pp_size", said.get("pipeline_parallel_size", 1)) == sizes.pipeline
        copies = said.get("attn_dp_size", 1)
        if copies == 1 and said["enable_dp_attention"]:
            copies = said.get("dp_size", said.get("data_parallel_size"))
        assert copies == sizes.data
        size = said.get("ep_size", said.get("expert_parallel_size"))
        is_expert_parallel = size == 16 or said.get("enable_ep_moe", False)
        assert is_expert_parallel == (sizes.data > 1)
        assert said["mem_fraction_static"] == 0.85
        assert said["context_length"] == 32768
        assert (said["dtype"], said["kv_cache_dtype"]) == ("bfloat16", "fp8_e4m3")
        assert said["chunked_prefill_size"] == 4096 * sizes.data
        assert said["max_running_requests"] == 64 * sizes.data
        assert said["disable_cuda_graph"]
        assert said["enable_metrics"]


def test_a_flag_that_no_release_has_is_noticed() -> None:
    with pytest.raises(AssertionError, match="unrecognized arguments: --no-such-flag"):
        understood("0.5.5", ["--model-path", "/data/r1", "--no-such-flag"])
