# SPDX-License-Identifier: Apache-2.0
"""The real HAProxy, as the launch plan starts it, in front of a server that keeps every byte it is sent."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from proxy_attempts import ALLOWED, BODY, Attempt, attempts, request
from recording_server import RecordingServer, Request

import r1cluster
from r1cluster.launch import ProcessSpec
from r1cluster.spec import ProxySpec

KEY = "canary-0123456789abcdef0123456789abcdef"
BEARER = f"Authorization: Bearer {KEY}"
PATIENCE_S = 30
HAPROXY = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed")
# What a server behind a proxy may believe, and what frames a message in more than one way.
NEVER_FORWARDED = ("x-original-", "x-rewrite-", "x-http-method", "x-method-", "x-real-ip", "x-forwarded-host",
                   "x-forwarded-p", "x-forwarded-uri", "x-forwarded-url", "x-forwarded-method", "forwarded", "upgrade",
                   "http2-settings", "proxy", "transfer-encoding", "x-hidden")  # fmt: skip


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Running:
    """A proxy and the engine behind it."""

    engine: RecordingServer
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, data: bytes, *, is_all: bool = True, patience_s: float = PATIENCE_S) -> bytes:
        """All that comes back on a connection of its own; its sending side is closed after `data` if that is all."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience_s) as connection:
            with contextlib.suppress(OSError):  # refused before all of it was sent
                connection.sendall(data)
                if is_all:
                    connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while more := connection.recv(65536):
                    answer += more
        return answer

    def status(self, data: bytes, *, is_all: bool = True) -> int:
        return int(self.ask(data, is_all=is_all).split(b" ", 2)[1])


def planned(folder: Path, port: int, proxy: ProxySpec) -> tuple[ProcessSpec, int]:
    """The process of the launch plan, and the port of its engine."""
    key_file = folder / "key"
    key_file.write_text(KEY + "\n", encoding="utf-8")
    spec = r1cluster.example_spec()
    serve = {"address": "127.0.0.1", "port": port, "api_key_file": str(key_file), "proxy": proxy}
    spec = r1cluster.validated(spec.replace(serve=serve))
    decision = r1cluster.decide(spec, r1cluster.example_recording())
    plan = decision.launch_plan
    assert plan is not None
    return next(process for process in plan.hosts[0].processes if process.name == "proxy"), plan.readiness.port


@contextlib.contextmanager
def running(folder: Path, proxy: ProxySpec | None = None) -> Iterator[Running]:
    """Carries out what a guard does: files, environment and arguments are those of the plan."""
    port = free_port()
    process, engine_port = planned(folder, port, proxy or ProxySpec(program=HAPROXY or ""))
    (folder / "files").mkdir()
    for file in process.files:
        sources = [*file.copied_files, *file.secret_files]
        content = file.text + "".join(Path(path).read_text(encoding="utf-8") for path in sources)
        (folder / "files" / file.name).write_text(content, encoding="utf-8")
    environment = {name: value.replace("{state}", str(folder)) for name, value in process.env.items()}
    for secret in process.secrets:
        environment[secret.name] = Path(secret.file).read_text(encoding="utf-8").strip()
    engine = RecordingServer(engine_port)
    log = folder / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [word.replace("{state}", str(folder)) for word in process.argv],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            assert child.poll() is None, log.read_text(encoding="utf-8")
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        yield Running(engine, child, port, log)
    finally:
        child.kill()
        child.wait()
        engine.close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("proxy")) as started:
        yield started


def refuses(port: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.02)
    return False


def complaints(attempt: Attempt, seen: Request) -> Iterator[str]:
    """What is wrong with a request that has reached the engine."""
    if not attempt.may_pass:
        yield "it arrived"
    path = seen.target.split("?")[0]
    if ALLOWED.get(path) != seen.method:
        yield f"{seen.method} {seen.target}"
    if seen.values("authorization") != [f"Bearer {KEY}"]:
        yield f"authorization {seen.values('authorization')}"
    if seen.values("x-forwarded-for") != ["127.0.0.1"]:
        yield f"x-forwarded-for {seen.values('x-forwarded-for')}"
    for name, _ in seen.headers:
        if name.lower().startswith(NEVER_FORWARDED) and name.lower() not in ("x-forwarded-for", "x-forwarded-proto"):
            yield name


def test_nobody_passes_without_the_key_or_to_another_route(tmp_path: Path) -> None:
    tried = attempts(KEY)
    assert len(tried) >= 500
    assert len({attempt.name for attempt in tried}) == len(tried)
    wrong: list[str] = []
    arrived = 0
    with running(tmp_path) as proxy:
        for attempt in tried:
            proxy.ask(attempt.data)
            seen = proxy.engine.take()
            arrived += len(seen.requests)
            wrong += [f"{attempt.name}: {what}" for request in seen.requests for what in complaints(attempt, request)]
            wrong += [f"{attempt.name}: {data[:200]!r}" for data in seen.unclear]
        # A request that the engine still waits for has no end that both agree on.
        proxy.process.kill()
        proxy.process.wait()
        time.sleep(0.2)
        wrong += [f"left: {data[:200]!r}" for data in proxy.engine.take().unclear]
        written = proxy.log.read_text(encoding="utf-8")
    assert wrong == []
    assert arrived >= 20  # the attempts with the key and an allowed route do arrive
    assert KEY not in written


def test_requests_with_the_key_pass(proxy: Running) -> None:
    proxy.engine.take()
    assert proxy.status(request("/v1/models", BEARER)) == 200
    assert proxy.status(request("/v1/models?limit=1", BEARER)) == 200
    for path in ("/v1/completions", "/v1/chat/completions", "/v1/responses", "/v1/messages"):
        assert proxy.status(request(path, BEARER, method="POST", body=BODY)) == 200
    seen = proxy.engine.take().requests
    assert [one.target for one in seen] == ["/v1/models", "/v1/models?limit=1", "/v1/completions",
                                            "/v1/chat/completions", "/v1/responses", "/v1/messages"]  # fmt: skip
    assert seen[-1].body == BODY
    assert seen[-1].values("host") == ["api.example"]


def test_a_large_body_passes_and_a_larger_one_does_not(proxy: Running) -> None:
    proxy.engine.take()
    body = b"x" * (8 << 20)
    assert proxy.status(request("/v1/completions", BEARER, method="POST", body=body)) == 200
    assert proxy.engine.take().requests[0].body == body
    lines = BEARER, f"Content-Length: {(16 << 20) + 1}"
    too_large = request("/v1/completions", *lines, method="POST", body=b"x" * 20_000, length=False)
    assert proxy.status(too_large, is_all=False) == 413
    assert proxy.engine.take().requests == []


def test_refusals_are_errors_in_json(proxy: Running) -> None:
    for data, status, kind in ((request("/v1/models"), 401, "authentication_error"),
                               (request("/metrics", BEARER), 404, "invalid_request_error")):  # fmt: skip
        head, _, body = proxy.ask(data).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert json.loads(body)["error"]["type"] == kind
        assert (b"www-authenticate: Bearer" in head) == (status == 401)
    # HAProxy 2.6 answers what is no HTTP before it looks at http-error.
    assert proxy.status(b"nonsense\r\n\r\n") == 400


def test_tokens_leave_one_by_one(proxy: Running) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_S) as connection:
        connection.sendall(request("/v1/completions", BEARER, method="POST", body=b"stream 3"))
        received = b""
        for number in range(3):
            # The engine sends the next event only when this one has come through.
            proxy.engine.let_on()
            while b"data: %d\n\n" % number not in received:
                more = connection.recv(4096)
                assert more
                received += more
        assert b"data: 3" not in received


def test_the_key_is_in_no_argument_file_or_log(proxy: Running) -> None:
    proxy.ask(request("/v1/models?key=" + KEY))
    proxy.ask(request("/" + KEY))
    proxy.ask(request("/v1/models", "Authorization: Bearer " + KEY[:-1]))
    assert KEY not in Path(f"/proc/{proxy.process.pid}/cmdline").read_text(encoding="utf-8")
    for file in (proxy.log.parent / "files").iterdir():
        assert KEY not in file.read_text(encoding="utf-8")
    assert KEY[:16] not in proxy.log.read_text(encoding="utf-8")


def test_an_engine_that_is_not_there_yet_is_an_error_in_json(tmp_path: Path) -> None:
    with running(tmp_path) as proxy:
        proxy.engine.close()
        head, _, body = proxy.ask(request("/v1/models", BEARER)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert json.loads(body)["error"]["type"] == "server_error"


def test_a_drained_proxy_takes_nobody_new_and_finishes_what_it_has(tmp_path: Path) -> None:
    with (
        running(tmp_path) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_S) as connection,
    ):
        connection.sendall(request("/v1/completions", BEARER, method="POST", body=b"stream 2"))
        proxy.engine.let_on()
        received = b""
        while b"data: 0" not in received:
            received += connection.recv(4096)
        proxy.process.send_signal(signal.SIGUSR1)
        assert refuses(proxy.port)
        assert proxy.process.poll() is None
        proxy.engine.let_on()
        while not received.endswith(b"0\r\n\r\n"):
            more = connection.recv(4096)
            assert more
            received += more
        connection.close()
        assert proxy.process.wait(PATIENCE_S) == 0
    assert b"data: 1" in received


def test_limits_of_one_address(tmp_path: Path) -> None:
    limits = ProxySpec(program=HAPROXY or "", max_requests_per_minute=3, max_connections_per_client=2)
    with running(tmp_path, limits) as proxy:
        answers = [proxy.status(request("/v1/models", BEARER)) for _ in range(5)]
        # The look whether the proxy listens may count as a request.
        assert answers in ([200, 200, 200, 429, 429], [200, 200, 429, 429, 429])
        with contextlib.ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(socket.create_connection(("127.0.0.1", proxy.port)))
            time.sleep(0.2)  # until the proxy has accepted them
            with pytest.raises((ConnectionError, IndexError)):
                proxy.status(request("/v1/models", BEARER))


def test_tls_speaks_http_1_alone_and_refuses_old_versions(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    encrypted = ProxySpec(program=HAPROXY or "", tls_certificate_file=str(certificate), tls_key_file=str(key))
    with running(tmp_path, encrypted) as proxy:
        context = ssl.create_default_context(cafile=str(certificate))
        context.set_alpn_protocols(["h2", "http/1.1"])
        with (
            socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            assert connection.selected_alpn_protocol() == "http/1.1"
            assert connection.version() in ("TLSv1.2", "TLSv1.3")
            connection.sendall(request("/v1/models", BEARER))
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert proxy.engine.take().requests[0].values("x-forwarded-proto") == ["https"]
        assert not proxy.ask(request("/v1/models", BEARER)).startswith(b"HTTP/1.1 2")
        assert proxy.engine.take().requests == []


def test_a_list_of_paths_replaces_the_engine_s(tmp_path: Path) -> None:
    own = ProxySpec(program=HAPROXY or "", allowed_paths=["/tokenize"])
    with running(tmp_path, own) as proxy:
        assert proxy.status(request("/tokenize", BEARER, method="POST", body=BODY)) == 200
        assert proxy.status(request("/tokenize", BEARER)) == 404
        assert proxy.status(request("/v1/models", BEARER)) == 404
        assert proxy.status(request("/tokenize", method="POST", body=BODY)) == 401
