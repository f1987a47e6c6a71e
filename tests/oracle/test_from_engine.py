# SPDX-License-Identifier: Apache-2.0
"""`plan --from-engine`: an installed vLLM says what its ranks read, also of architectures that we have no rules for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ENGINES, ask_engine, python_of, run_in_engine
from make_checkpoint import make

import r1cluster

NEWEST = next(iter(ENGINES))
FOREIGN = ("gemma2", "phi3", "olmo2", "gpt_oss")
# What these versions, and the transformers that they were made for, do not know.
TOO_OLD_FOR = {"0.32.0": set(), "0.9.2": {"gemma2", "gpt_oss"}, "0.7.1": {"gemma2", "gpt_oss"}}


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of each architecture without rules."""
    folder = tmp_path_factory.mktemp("foreign")
    run_in_engine(NEWEST, "make_foreign.py", str(folder))
    return folder


def plan(folder: Path, model: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    spec = folder / "cluster.toml"
    spec.write_text(
        f"""\
[[host]]
name = "node0"
address = "127.0.0.1"
transport = "local"
[[host]]
name = "node1"
address = "127.0.0.2"
transport = "local"
[model]
path = "{model}"
[engine]
python = "{python_of(NEWEST)}"
""",
        encoding="utf-8",
    )
    environment = os.environ | {"TMPDIR": str(folder)}
    command = [r1cluster.find_binary(), "plan", str(spec), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)


def test_a_family_with_rules_is_equal_to_the_engine(tmp_path: Path) -> None:
    model = make(tmp_path / "model", "qwen2_moe")
    done = plan(tmp_path, model, "--from-engine", str(python_of(NEWEST)), "--tp", "2", "--pp", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"TP 2 x PP 2 as release {NEWEST} of the engine reads it, layers 2,2\n")
    assert done.stdout.endswith("\nequal to our own rules: yes, byte by byte\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cluster.toml", "model"]


def test_an_architecture_without_rules_is_planned_by_the_engine(tmp_path: Path, foreign: Path) -> None:
    model = foreign / "phi3"
    alone = plan(tmp_path, model)
    assert alone.returncode == 3
    assert alone.stderr.endswith("for others, plan --from-engine asks the engine itself\n")
    without_sizes = plan(tmp_path, model, "--from-engine", str(python_of(NEWEST)))
    assert without_sizes.returncode == 3
    assert without_sizes.stderr.endswith("no size can be chosen; give --tp and --pp, or [layout]\n")

    environment = python_of(NEWEST).parents[1]  # the folder serves as well as its interpreter
    done = plan(tmp_path, model, "--from-engine", str(environment), "--tp", "1", "--pp", "2", "--json")
    assert done.returncode == 0, done.stderr
    engine = r1cluster.shard.EnginePlan.from_json(done.stdout)
    assert [rank.host for rank in engine.ranks] == ["node0", "node1"]
    # Phi3 fuses q, k and v, and gate and up, in its files; head and embedding are not tied, so nothing is read twice.
    checkpoint = r1cluster.parse_checkpoint(r1cluster.read_checkpoint(model))
    layer = 2 * (256 * (256 + 2 * 128) + 256 * 256 + 3 * 256 * 192 + 2 * 256)
    ends = 2 * 1000 * 256
    assert [rank.read_bytes for rank in engine.ranks] == [2 * layer + ends, 2 * layer + ends + 2 * 256]
    assert sum(host.bytes for host in engine.hosts) == checkpoint.tensor_bytes()
    padding = 2 * (1024 - 1000) * 256
    assert [rank.parameter_bytes - rank.read_bytes for rank in engine.ranks] == [padding, padding]


def test_what_the_engine_refuses_it_refuses_in_its_own_words(tmp_path: Path) -> None:
    model = make(tmp_path / "model", "llama")
    done = plan(tmp_path, model, "--from-engine", str(python_of(NEWEST)), "--tp", "3", "--pp", "2")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == (
        f'r1cluster: asking release {NEWEST} of the engine about "{model}" with TP 3 x PP 2: it refuses: '
        "ValidationError: "
        "Total number of attention heads (8) must be divisible by tensor parallel size (3)."
    )


@pytest.mark.nightly
@pytest.mark.parametrize("version", ENGINES)
def test_all_of_a_checkpoint_is_read_by_some_rank(version: str, foreign: Path) -> None:
    cases = [(foreign / name, 2, 2) for name in FOREIGN]
    for name, answer in zip(FOREIGN, ask_engine(version, cases), strict=True):
        if name in TOO_OLD_FOR[version]:
            assert answer.plan.refusal != ""
            continue
        assert answer.plan.refusal == ""
        assert [host.bytes for host in answer.plan.hosts] == [answer.checkpoint.tensor_bytes()]
        assert all(rank.read_bytes < 0.6 * answer.checkpoint.tensor_bytes() for rank in answer.plan.ranks)


@pytest.mark.nightly
@pytest.mark.parametrize("name", FOREIGN)
def test_the_recorder_saw_all_bytes_of_models_without_rules(name: str, foreign: Path) -> None:
    said = run_in_engine(NEWEST, "prove_recorder.py", str(foreign / name), "2", "2")
    assert said == f"{name}: 4 ranks loaded what was recorded\n"
