# SPDX-License-Identifier: Apache-2.0
"""A host whose checkpoint is NaN outside of its plan serves the same: tokens and log-probabilities, bit by bit.

In the short form over two hosts, once; --nightly takes more layouts, four hosts (10 GB of memory), and shows that NaN
inside of the plan is seen.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import CLEAN, UP_TIMEOUT_S, Hosts, R1cluster, hosts_of_this_machine
from poison import Piece, copy_with_nan_outside, pieces_of, poison_run

import r1cluster as r1

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="hosts are network namespaces: needs root")

# Tensor and pipeline parallel size, with one rank for each host: a CPU host has no more.
LAYOUTS = [
    pytest.param((2, 1), id="tp2-pp1"),
    pytest.param((1, 2), id="tp1-pp2", marks=pytest.mark.nightly),
    pytest.param((2, 2), id="tp2-pp2", marks=pytest.mark.nightly),
]
# Many tokens, so that each expert is asked about some.
TEXTS = (
    "What did you do today? I was cut into slices, carried to two machines, and put together again word for word.",
    "Zwoelf Boxkaempfer jagen Viktor quer ueber den grossen Sylter Deich; 0123456789 (){}[]<>+-*/=%&|^~!@#$_.:,'",
)


@dataclass
class Deployment:
    """One layout over hosts of its own, started with whatever lies at the path of the model on each."""

    hosts: Hosts
    spec: Path
    r1cluster: R1cluster
    model: Path

    def answer(self, folders: dict[str, Path] | None = None) -> list:
        """What is served when these folders stand on the hosts at the model's path."""
        folders = folders or {}
        for host, folder in folders.items():
            subprocess.run([*self.hosts.on(host), "mount", "--bind", folder, self.model], check=True)
        try:
            done = self.r1cluster("up", str(self.spec), timeout_s=UP_TIMEOUT_S)
            assert done.returncode == CLEAN, done.stdout + done.stderr
            program = Path(__file__).with_name("ask_logprobs.py")
            command = [*self.hosts.on("client"), "python3", program, "http://10.77.0.1:8000/v1", "tiny-r1", *TEXTS]
            asked = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
            return json.loads(asked.stdout)
        finally:
            self.r1cluster("down", str(self.spec), "--purge")
            for host in folders:
                subprocess.run([*self.hosts.on(host), "umount", self.model], check=True)

    def shards(self) -> tuple[r1.Layout, r1.ShardPlan]:
        """The plan that `up` follows."""
        done = self.r1cluster("plan", str(self.spec), "--json")
        assert done.returncode == CLEAN, done.stderr
        layout = r1.Plan.from_json(done.stdout).layouts[0]
        return layout, r1.plan_shards(layout, r1.parse_checkpoint(r1.read_checkpoint(self.model)))


@pytest.fixture(scope="module", params=LAYOUTS)
def deployment(
    request: pytest.FixtureRequest, binary: Path, engine_python: str, tiny_model: Path
) -> Iterator[Deployment]:
    tensor_parallel, pipeline_parallel = request.param
    count = tensor_parallel * pipeline_parallel
    with hosts_of_this_machine(count) as hosts:
        home = hosts.folder / "client"
        home.mkdir()
        options = ("--ssh-config", str(hosts.folder / "ssh_config"))
        spec = hosts.folder / "cluster.toml"
        listed = "".join(f'[[host]]\nname = "node{i}"\naddress = "10.77.0.{i + 1}"\n' for i in range(count))
        spec.write_text(
            f"""\
name = "{hosts.folder.name}"
{listed}[model]
path = "{tiny_model}"
served_name = "tiny-r1"
[engine]
python = "{engine_python}"
kv_cache_bytes = "256 MiB"
start_timeout_s = 500
[serve]
address = "10.77.0.1"
port = 8000
is_unprotected = true
max_model_len = 512
[layout]
tensor_parallel = {tensor_parallel}
pipeline_parallel = {pipeline_parallel}
""",
            encoding="utf-8",
        )
        yield Deployment(hosts, spec, R1cluster(binary, home, hosts.on("client"), options), tiny_model)


@pytest.fixture(scope="module")
def poisoned(deployment: Deployment) -> dict[str, Path]:
    """For each host, a checkpoint that is NaN outside of its plan."""
    layout, shards = deployment.shards()
    folders = {}
    for host in shards.hosts:
        pieces = [piece for rank in layout.ranks if rank.host == host.host for piece in pieces_of(shards, rank.rank)]
        number = host.host.removeprefix("node")
        folders[number] = deployment.hosts.folder / f"poisoned{number}"
        kept, others = copy_with_nan_outside(deployment.model, folders[number], pieces)
        assert kept == host.bytes
        assert others > 0.3 * (kept + others)
    return folders


@pytest.fixture(scope="module")
def expected(deployment: Deployment) -> list:
    """What the checkpoint as it is makes of the texts."""
    answers = deployment.answer()
    assert [len(answer["tokens"]) for answer in answers] == [len(text) + 24 for text in TEXTS]
    assert all(value is not None for answer in answers for value in answer["token_logprobs"][1:])
    return answers


def test_bytes_outside_of_a_hosts_plan_do_not_matter(
    deployment: Deployment, poisoned: dict[str, Path], expected: list
) -> None:
    assert deployment.answer(poisoned) == expected


def smallest_matrix_run(deployment: Deployment) -> Piece:
    """Of what the last rank reads: a row of a weight that every token goes through."""
    layout, shards = deployment.shards()
    checkpoint = r1.parse_checkpoint(r1.read_checkpoint(deployment.model))
    name = f"model.layers.{layout.ranks[-1].first_layer}.self_attn.o_proj.weight"
    tensor = next(tensor for file in checkpoint.files for tensor in file.tensors if tensor.name == name)
    begin, end = tensor.offset_bytes, tensor.offset_bytes + tensor.size_bytes
    file = next(file.name for file in checkpoint.files if tensor in file.tensors)
    return next(p for p in pieces_of(shards, layout.ranks[-1].rank) if p[0] == file and begin <= p[1] < end)


@pytest.mark.nightly
def test_a_run_of_bytes_inside_of_it_does(deployment: Deployment, poisoned: dict[str, Path], expected: list) -> None:
    """The check can fail: one run of one slice, on one host."""
    last = max(poisoned)
    poison_run(poisoned[last], smallest_matrix_run(deployment))
    said = deployment.answer(poisoned)
    assert said != expected
    # It is NaN that came out, and not some other mishap.
    assert all("Out of range float values are not JSON compliant" in answer["text"] for answer in said)
