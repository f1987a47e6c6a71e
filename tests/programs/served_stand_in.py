# SPDX-License-Identifier: Apache-2.0
"""Stands in for the interpreter of an engine's environment: the API server of vLLM, with one rank and no model.

It answers every route without asking for a key, as vLLM answers some, and notes "METHOD PATH" of each request in the
file that SERVED_NOTES names. A prompt "stream" gives one event, and a second one when SERVED_NOTES + ".on" is there.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOTES = os.environ["SERVED_NOTES"]
WORDS = sys.argv
COMPLETION = {"choices": [{"text": " Paris"}], "usage": {"completion_tokens": 1}}


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(NOTES, "a", encoding="utf-8") as notes:
            notes.write(f"{self.command} {self.path}\n")
        if b'"stream"' in body:
            self.stream()
            return
        text = json.dumps(COMPLETION).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

    def stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b"data: first\n\n")
        while not os.path.exists(NOTES + ".on"):
            time.sleep(0.02)
        self.chunk(b"data: last\n\n")
        self.chunk(b"")

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


print(
    f"(Worker pid={os.getpid()}) INFO 11-22 07:40:49 [parallel_state.py:2350] rank 0 in world size 1 is assigned as DP "
    "rank 0, PP rank 0, TP rank 0",
    flush=True,
)
address, port = WORDS[WORDS.index("--host") + 1], int(WORDS[WORDS.index("--port") + 1])
ThreadingHTTPServer((address, port), Api).serve_forever()
