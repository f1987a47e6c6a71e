# SPDX-License-Identifier: Apache-2.0
"""An engine's HTTP server that keeps every byte it is sent.

It trusts nobody: a request whose end it cannot tell by one Content-Length alone is kept as `unclear`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


@dataclass
class Seen:
    requests: list[Request] = field(default_factory=list)
    unclear: list[bytes] = field(default_factory=list)


class RecordingServer:
    """Answers each request with 200, or in events: the body b"stream N" gives N, each after a permit of `let_on`."""

    def __init__(self, port: int) -> None:
        self._lock = threading.Lock()
        self._seen = Seen()
        self._permits = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # A thread waits in accept(): that keeps a socket open that is closed alone.
        with contextlib.suppress(OSError):  # closed before
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def let_on(self) -> None:
        self._permits.release()

    def take(self) -> Seen:
        """What has come since the last call."""
        with self._lock:
            seen, self._seen = self._seen, Seen()
        return seen

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        rest = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in rest:
                    try:
                        more = connection.recv(65536)
                    except OSError:
                        more = b""
                    if not more:
                        self._note_unclear(rest)
                        return
                    rest += more
                head, _, rest = rest.partition(b"\r\n\r\n")
                request = _parsed(head)
                lengths = request.values("content-length") if request else []
                if request is None or len(lengths) > 1 or request.values("transfer-encoding"):
                    self._note_unclear(head + b"\r\n\r\n" + rest)
                    return
                length = int(lengths[0]) if lengths else 0
                while len(rest) < length:
                    more = connection.recv(65536)
                    if not more:
                        self._note_unclear(head + b"\r\n\r\n" + rest)
                        return
                    rest += more
                request.body, rest = rest[:length], rest[length:]
                with self._lock:
                    self._seen.requests.append(request)
                try:
                    self._answer(connection, request)
                except OSError:
                    return

    def _note_unclear(self, data: bytes) -> None:
        if data:
            with self._lock:
                self._seen.unclear.append(data)

    def _answer(self, connection: socket.socket, request: Request) -> None:
        if not request.body.startswith(b"stream "):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(int(request.body.split()[1])):
            self._permits.acquire()
            event = b"data: %d\n\n" % number
            connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
        connection.sendall(b"0\r\n\r\n")


def _parsed(head: bytes) -> Request | None:
    first, *lines = head.split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        return None
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or name != name.strip() or not name:
            return None
        headers.append((name.decode("latin-1"), value.strip().decode("latin-1")))
    return Request(words[0].decode("latin-1"), words[1].decode("latin-1"), headers)
