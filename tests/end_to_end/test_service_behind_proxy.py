# SPDX-License-Identifier: Apache-2.0
"""`up` of a service behind the real HAProxy: r1cluster, its guard and the proxy are real, the engine is a stand-in."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CLEAN, R1cluster, processes_with, write_environment
from test_bad_input import model_copy as model_copy

KEY = "canary-0123456789abcdef0123456789abcdef"
PATIENCE_S = 60
HAPROXY = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed")
SPEC = """\
name = "{name}"
[[host]]
name = "node0"
transport = "local"
[model]
path = "{model}"
[engine]
python = "{python}"
start_timeout_s = 60
[serve]
port = {port}
max_model_len = 512
api_key_file = "{key}"
[serve.proxy]
drain_s = 30
[layout]
tensor_parallel = 1
pipeline_parallel = 1
[env]
SERVED_NOTES = "{notes}"
"""


def free_pair_of_ports() -> int:
    """A port that is free, as is the engine's 5000 above."""
    for port in range(20000 + os.getpid() % 5000, 30000):
        with contextlib.suppress(OSError), socket.socket() as proxy, socket.socket() as engine:
            proxy.bind(("127.0.0.1", port))
            engine.bind(("127.0.0.1", port + 5000))
            return port
    pytest.fail("no free pair of ports")


class Service:
    def __init__(self, here: R1cluster, folder: Path, model: Path) -> None:
        self.here, self.folder, self.port = here, folder, free_pair_of_ports()
        self.notes, self.spec, key = folder / "notes", folder / "cluster.toml", folder / "key"
        key.write_text(KEY + "\n", encoding="utf-8")
        key.chmod(0o600)
        python = write_environment(folder / "engine", ["vllm-0.32.0+cpu", "torch-2.13.0"], "served_stand_in.py")
        values = {"name": "behind", "model": model, "python": python}
        values |= {"port": self.port, "key": key, "notes": self.notes}
        self.spec.write_text(SPEC.format(**values), encoding="utf-8")

    def ask(self, path: str, key: str = KEY, prompt: str = "1") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        body = json.dumps({"model": "model", "prompt": prompt})
        connection.request("POST", path, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return status

    def process(self, name: str) -> dict:
        _, status = self.here.status(self.spec)
        return next(one for one in status["hosts"][0]["processes"] if one["name"] == name)

    def phase(self) -> str:
        return str(self.here.status(self.spec)[1]["phase"])


@pytest.fixture
def service(binary: Path, tmp_path: Path, model_copy: Path) -> Iterator[Service]:
    with tempfile.TemporaryDirectory(prefix="r1s-") as home:  # a short name: sockets have 107 characters
        here = R1cluster(binary, Path(home))
        yield from served(here, Service(here, tmp_path, model_copy))
        assert not processes_with(f"HOME={home}")


def served(here: R1cluster, made: Service) -> Iterator[Service]:
    done = here("up", str(made.spec), timeout_s=120)
    try:
        assert made.phase() == "ready", done.stdout + done.stderr
        yield made
    finally:
        (made.notes.parent / "notes.on").touch()
        ended = here("down", str(made.spec), "--purge", timeout_s=120)
        assert ended.returncode == CLEAN, ended.stdout + ended.stderr


def test_the_engine_is_reached_through_the_proxy_and_with_the_key_alone(service: Service) -> None:
    service.notes.write_text("", encoding="utf-8")  # the first token was asked for without the proxy
    assert service.ask("/v1/completions") == 200
    assert service.ask("/v1/completions", key="wrong") == 401
    assert service.ask("/invocations") == 404
    assert service.ask("/invocations", key="wrong") == 401
    assert service.notes.read_text(encoding="utf-8") == "POST /v1/completions\n"
    # Every other address of this host refuses.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", service.port))
    engine_port = service.port + 5000
    with socket.create_connection(("127.0.0.1", engine_port)), pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", engine_port))


def test_the_key_is_where_it_must_be_and_nowhere_else(service: Service) -> None:
    service.ask("/v1/completions")
    _, status = service.here.status(service.spec)
    guard = status["hosts"][0]["guard_pid"]
    pids = {name: service.process(name)["pid"] for name in ("head", "proxy")}
    for name, pid in [*pids.items(), ("guard", guard)]:
        assert KEY not in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
        assert (KEY in Path(f"/proc/{pid}/environ").read_text(encoding="utf-8")) == (name != "guard")
    state = service.here.home / ".local" / "state"
    files = [path for path in state.rglob("*") if path.is_file()]
    assert any(path.name == "haproxy.cfg" for path in files)
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        assert KEY.encode() not in path.read_bytes(), path


def test_a_proxy_that_dies_ends_the_service_and_is_the_cause(service: Service) -> None:
    os.kill(service.process("proxy")["pid"], signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while service.phase() != "failed" and time.monotonic() < until:
        time.sleep(0.1)
    _, status = service.here.status(service.spec)
    assert status["cause"]["process"] == "proxy"
    assert status["cause"]["text"].endswith("was killed by SIGKILL")


def test_down_lets_a_request_finish_and_takes_no_new_one(service: Service) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)
    body = json.dumps({"model": "model", "prompt": "stream"})
    connection.request("POST", "/v1/completions", body, {"Authorization": f"Bearer {KEY}", "Connection": "close"})
    answer = connection.getresponse()
    assert answer.readline() == b"data: first\n"
    ended = []
    down = threading.Thread(target=lambda: ended.append(service.here("down", str(service.spec), timeout_s=120)))
    down.start()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", service.port)).close()
        except ConnectionResetError:
            pass  # it was waiting when the listener closed
        except ConnectionRefusedError:
            break
        time.sleep(0.02)
    assert not ended  # it waits for the request
    (service.notes.parent / "notes.on").touch()
    assert answer.read() == b"\ndata: last\n\n"
    down.join(PATIENCE_S)
    assert ended[0].returncode == CLEAN, ended[0].stdout + ended[0].stderr
