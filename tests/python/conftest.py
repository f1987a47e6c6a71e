# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

import r1cluster
from r1cluster import DeploymentSpec, HostSpec
from r1cluster.spec import EngineSpec, ModelSpec, Transport

SOURCE = Path(__file__).resolve().parents[2]


@pytest.fixture
def source() -> Path:
    return SOURCE


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `r1cluster example` writes: cluster.toml, and the recording of two hosts of eight GPUs."""
    folder = tmp_path_factory.mktemp("example")
    r1cluster.write_example(folder)
    return folder


@pytest.fixture
def recording(example: Path) -> Path:
    return example / "recording"


def spec_of(transport: Transport, name: str = "test") -> DeploymentSpec:
    """One host that is this machine or is reached over ssh, with no model and no engine."""
    return r1cluster.validated(
        DeploymentSpec(
            name=name,
            hosts=[HostSpec(name="node1", address="127.0.0.1", ssh="node1", transport=transport)],
            model=ModelSpec(path="/nonexistent/model"),
            engine=EngineSpec(python="/nonexistent/python"),
        )
    )


@pytest.fixture
def silent_ssh(tmp_path: Path) -> str:
    """An ssh that connects to a host which never says a word."""
    program = tmp_path / "ssh"
    program.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)
