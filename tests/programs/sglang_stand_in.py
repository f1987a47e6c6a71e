# SPDX-License-Identifier: Apache-2.0
"""Stands in for the interpreter of an environment with SGLang: its command line, process tree, titles, ports and API.

As SGLang 0.5.23 does: a scheduler for each rank and on the head a detokenizer; behind the head a server that says
"healthy" to everybody; the end by SIGTERM only where the head says so; no notice of a scheduler that was killed.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = sys.argv[1:]
COMPLETION = {"choices": [{"text": " Paris"}], "usage": {"completion_tokens": 1}}


def value(flag: str, otherwise: str = "") -> str:
    return WORDS[WORDS.index(flag) + 1] if flag in WORDS else otherwise


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tokens = 0
    is_head = True

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not Api.is_head:
            self.send(200 if self.path.startswith("/health") else 404, b"")
        elif self.path == "/metrics":
            self.send(200, b"sglang:generation_tokens_total %d\n" % Api.tokens)
        else:
            Api.tokens += 1
            self.send(200, json.dumps(COMPLETION).encode())

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def start(title: str) -> subprocess.Popen[bytes]:
    """A child under a title as setproctitle gives it: in the place of all arguments."""
    return subprocess.Popen([title, __file__, "--child"], executable="/proc/self/exe")


def end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.kill()
    os._exit(0)


def serve() -> None:
    ThreadingHTTPServer((value("--host"), int(value("--port"))), Api).serve_forever()


def rendezvous() -> tuple[str, int]:
    host, _, port = value("--dist-init-addr").rpartition(":")
    return host, int(port)


def head(nodes: int, children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: end(children))
    with socket.create_server(rendezvous()) as listener:
        peers = [listener.accept()[0] for _ in range(nodes - 1)]
        print("The server is fired up and ready to roll!", flush=True)
        serve()
        print(peers)  # which are open until here


def follower(children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Api.is_head = False
    threading.Thread(target=serve, daemon=True).start()
    for _ in range(600):
        try:
            with socket.create_connection(rendezvous()) as peer:
                peer.recv(1)
            end(children)
        except ConnectionRefusedError:
            time.sleep(0.1)


def main() -> None:
    if WORDS == ["--child"]:
        signal.pause()
    tensor, stages = int(value("--tp-size")), int(value("--pp-size", "1"))
    nodes, node = int(value("--nnodes", "1")), int(value("--node-rank", "0"))
    local = tensor * stages // nodes
    children = []
    for rank in range(node * local, (node + 1) * local):
        title = "sglang::scheduler"
        title += f"_PP{rank // tensor}" if stages > 1 else ""
        title += f"_TP{rank % tensor}" if tensor > 1 else ""
        children.append(start(title))
    if node > 0:
        follower(children)
    else:
        children.append(start("sglang::detokenizer"))
        head(nodes, children)


main()
