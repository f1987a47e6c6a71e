# SPDX-License-Identifier: Apache-2.0
"""examples/runbooks: what is started for each, on machines that are described by hand."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import r1cluster
from r1cluster import Decision, LaunchPlan
from r1cluster.launch import ProcessSpec

pytest.importorskip("tomllib")  # of Python 3.11; machines.py reads the specs with it
SOURCE = Path(__file__).resolve().parents[2]
RUNBOOKS = SOURCE / "examples" / "runbooks"
NAMES = sorted(path.stem for path in RUNBOOKS.glob("*.toml"))


@pytest.fixture(scope="module")
def runbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runbooks")
    environment = os.environ | {"R1CLUSTER_BINARY": os.environ.get("R1CLUSTER_BINARY") or r1cluster.find_binary()}
    subprocess.run([sys.executable, str(RUNBOOKS / "machines.py"), str(folder)], check=True, env=environment)
    return folder


def decide(runbooks: Path, name: str) -> Decision:
    folder = runbooks / name
    spec = r1cluster.parse_spec((folder / "cluster.toml").read_text(encoding="utf-8"))
    return r1cluster.decide(spec, r1cluster.load_recording(folder / "recording"))


def plan_of(decision: Decision) -> LaunchPlan:
    assert decision.launch_plan is not None, decision.refusals
    return decision.launch_plan


def processes(plan: LaunchPlan) -> list[ProcessSpec]:
    return [process for host in plan.hosts for process in host.processes]


@pytest.mark.parametrize("name", NAMES)
def test_the_machines_are_ready(runbooks: Path, name: str) -> None:
    report = decide(runbooks, name).report
    assert report.count(r1cluster.Severity.error) == 0, str(report)
    assert report.count(r1cluster.Severity.unknown) == 0, str(report)
    assert report.count(r1cluster.Severity.warning) == 0, str(report)


@pytest.mark.parametrize("name", NAMES)
def test_every_rank_is_in_a_container_with_the_model(runbooks: Path, name: str) -> None:
    decision = decide(runbooks, name)
    plan = plan_of(decision)
    assert sorted(rank for process in processes(plan) for rank in process.ranks) == list(range(plan.readiness.ranks))
    model = decision.spec.model.path
    for process in processes(plan):
        options = process.runtime.options
        assert f"type=bind,source={model},target={model},readonly" in options
        assert "--privileged" not in options
        assert {"--network", "host", "--gpus", "all", "--init"} <= set(options)


def test_two_hosts_of_eight_h100_with_ray(runbooks: Path) -> None:
    plan = plan_of(decide(runbooks, "r1-2x8-h100-vllm-0.7.1"))
    assert [(process.name, process.ranks) for process in processes(plan)] == [
        ("head", list(range(8))),
        ("ray-worker-1", list(range(8, 16))),
    ]
    head, worker = processes(plan)
    engine = head.argv[list(head.argv).index("--") + 1 :]
    assert " ".join(engine) == (
        "/usr/bin/python3 -m vllm.entrypoints.openai.api_server --model /data/DeepSeek-R1 --served-model-name "
        "deepseek-r1 --host 127.0.0.1 --port 8000 --tensor-parallel-size 8 --pipeline-parallel-size 2 "
        "--distributed-executor-backend ray --max-model-len 32768 --max-num-batched-tokens 32768 "
        "--gpu-memory-utilization 0.95 --trust-remote-code"
    )
    assert worker.env["VLLM_HOST_IP"] == "10.0.0.2"
    # What the hand-made containers got wrong: no interface for Gloo, a wrong GID index, storage adapters too.
    assert worker.env["GLOO_SOCKET_IFNAME"] == "ens1f0np0"
    assert "NCCL_IB_GID_INDEX" not in worker.env
    for process in (head, worker):
        joined = " ".join(process.runtime.options)
        assert "--device /dev/infiniband --cap-add IPC_LOCK --ulimit memlock=-1:-1" in joined
        assert f"--shm-size {64 << 30}" in joined


def test_today_the_engine_spans_hosts_by_itself(runbooks: Path) -> None:
    plan = plan_of(decide(runbooks, "r1-2x8-h100-vllm"))
    assert [process.name for process in processes(plan)] == ["head", "worker-1"]
    assert "--nnodes 2 --node-rank 1 --master-addr 10.0.0.1" in " ".join(processes(plan)[1].argv)
    assert processes(plan)[1].env["VLLM_ENGINE_READY_TIMEOUT_S"] == "3600"


def test_sglang_spans_hosts_by_itself(runbooks: Path) -> None:
    plan = plan_of(decide(runbooks, "r1-2x8-h100-sglang"))
    words = [" ".join(process.argv) for process in processes(plan)]
    assert [process.name for process in processes(plan)] == ["head", "worker-1"]
    assert all("-m sglang.launch_server --model-path /data/DeepSeek-R1" in line for line in words)
    assert "--tp-size 16 --dist-init-addr 10.0.0.1:28000 --nnodes 2 --node-rank 1" in words[1]
    assert [len(process.ranks) for process in processes(plan)] == [8, 8]


def test_sglang_gives_each_gpu_attention_of_its_own(runbooks: Path) -> None:
    plan = plan_of(decide(runbooks, "r1-2x8-h100-sglang-dp-attention"))
    line = " ".join(processes(plan)[0].argv)
    assert "--tp-size 16 --attn-dp-size 16 --ep-size 16" in line
    assert any(port.purpose.startswith("requests for the copies") for port in plan.hosts[0].ports)


def test_four_hosts_of_four_t4_without_internet(runbooks: Path) -> None:
    decision = decide(runbooks, "r1-distill-70b-4x4-t4-vllm-0.6.4")
    plan = plan_of(decision)
    assert [process.name for process in processes(plan)] == ["head", "ray-worker-1", "ray-worker-2", "ray-worker-3"]
    assert "--dtype float16" in " ".join(processes(plan)[0].argv)
    for process in processes(plan):
        assert "/dev/infiniband" not in process.runtime.options
    container = decision.spec.container
    assert container is not None
    assert container.archive == "/data/vllm.tar"


def test_one_host_needs_no_network(runbooks: Path) -> None:
    plan = plan_of(decide(runbooks, "r1-1x8-h200-vllm"))
    (only,) = processes(plan)
    assert "--nnodes" not in only.argv
    assert "/dev/infiniband" not in only.runtime.options


class RecordingDaemon(socketserver.ThreadingUnixStreamServer):
    """Answers as a Docker daemon that lacks the image, and keeps what it was asked to create."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Handler)
        self.asked: list[dict[str, Any]] = []


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RecordingDaemon

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        for name, value in {"Api-Version": "1.41", "Ostype": "linux", "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def do_HEAD(self) -> None:
        self._answer(200, "")

    def do_GET(self) -> None:
        self._answer(200, "OK")

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(404, '{"message": "No such image"}')

    def address_string(self) -> str:
        return "docker"

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.mark.parametrize("name", NAMES)
def test_docker_itself_understands_each_option(runbooks: Path, tmp_path: Path, name: str) -> None:
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("docker's client is not installed")
    all_processes = processes(plan_of(decide(runbooks, name)))
    with RecordingDaemon(tmp_path / "s") as daemon:
        threading.Thread(target=daemon.serve_forever, daemon=True).start()
        for process in all_processes:
            command = [docker, "--host", f"unix://{tmp_path}/s", "create", *process.runtime.options]
            command += ["--entrypoint", process.argv[0], process.runtime.image, *process.argv[1:]]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            assert "No such image" in done.stderr, done.stderr
        daemon.shutdown()
    assert [created["Cmd"] for created in daemon.asked] == [list(process.argv[1:]) for process in all_processes]
    for created in daemon.asked:
        host = created["HostConfig"]
        assert host["NetworkMode"] == "host"
        assert host["Init"] is True
        assert host["DeviceRequests"][0]["Count"] == -1
        assert all(mount["ReadOnly"] for mount in host["Mounts"])
        is_rdma = "h100" in name
        assert [device["PathOnHost"] for device in host["Devices"]] == (["/dev/infiniband"] if is_rdma else [])
        limits = {limit["Name"]: limit["Hard"] for limit in host["Ulimits"]}
        assert limits == {"stack": 64 << 20} | ({"memlock": -1} if is_rdma else {})
        assert not host["Privileged"]
