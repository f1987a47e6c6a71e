# SPDX-License-Identifier: Apache-2.0
"""Stands in for vLLM: its command line, process tree, titles, log lines, ports and API; made to fail by files.

`examples/quickstart` serves with the real one; here thousands of starts and every fault have to fit into minutes. The
tree is that of vLLM 0.32 with `--nnodes`: on the head an API server, an EngineCore and a worker for each rank; on any
other host one process that does nothing but wait for its workers. A worker connects to the engine core at
`--master-port`. Every completion passes through all workers, as a forward pass does.

What ends because of what was measured with the real one: without its engine core an API server and all workers end; an
engine core ends when a worker of its own host has, and never learns of a worker elsewhere.

The folder STAND_IN_FAULTS holds what shall go wrong: a file `FAULT`, or `FAULT.WHO` for one process alone, WHO being
`api`, `core`, `main1` (the process without workers of node 1) or `rank0`. Its text is the argument.

    exit         at its start: exit code, then what to print        crash      at its start: number of a signal
    wait         at its start: so many seconds                       helpers    at its start: so many grandchildren
    flood        at its start: so many MiB of log                    lines      at its start: print this
    numbers      at its start: so many numbered lines of log
    hang         completions are not answered while it is there      deaf       ignores SIGTERM
    shared       at its start: a file in /dev/shm                    memory     MiB of memory that SIGUSR2 takes

SIGUSR1 makes any worker, core or headless process raise an error, print it and exit with 1.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

FAULTS = Path(os.environ.get("STAND_IN_FAULTS", "/nonexistent"))
POLL_S = 0.02
HELD: list[bytes] = []


def fault(name: str, who: str) -> str | None:
    """The argument of this fault, if it is asked of this process."""
    for path in (FAULTS / f"{name}.{who}", FAULTS / name):
        try:
            return path.read_text(encoding="utf-8")
        except OSError:
            continue
    return None


def say(text: str) -> None:
    print(text, flush=True)


def log(who: str, text: str, level: str = "INFO") -> None:
    say(f"({who} pid={os.getpid()}) {level} {time.strftime('%m-%d %H:%M:%S')} {text}")


def start_helpers(count: int) -> None:
    """Each in a session of its own, forked twice, deaf to SIGTERM."""
    for _ in range(count):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if os.fork() == 0:
                while True:
                    signal.pause()
            os._exit(0)
        os.wait()


def raise_error(who: str) -> None:
    log(who, "RuntimeError: made to fail", "ERROR")
    os._exit(1)


def obey_at_start(who: str) -> None:
    if fault("deaf", who) is not None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if shared := fault("shared", who):
        Path("/dev/shm", shared.strip()).write_bytes(bytes(4096))
    signal.signal(signal.SIGUSR1, lambda *_: raise_error(who))
    signal.signal(signal.SIGUSR2, lambda *_: HELD.append(os.urandom(int(fault("memory", who) or 0) << 20)))
    if count := fault("helpers", who):
        start_helpers(int(count))
    if seconds := fault("wait", who):
        time.sleep(float(seconds))
    if lines := fault("lines", who):
        say(lines)
    if megabytes := fault("flood", who):
        block = ("x" * 127 + "\n").encode() * 8192
        for _ in range(int(megabytes)):
            sys.stdout.buffer.write(block)
        sys.stdout.flush()
    if count := fault("numbers", who):
        for i in range(int(count)):
            sys.stdout.write(f"INFO 11-22 05:20:00 [l.py:1] number {i}\n")
        sys.stdout.flush()
    if number := fault("crash", who):
        os.kill(os.getpid(), int(number))
    if words := fault("exit", who):
        code, _, text = words.partition(" ")
        if text:
            say(text)
        os._exit(int(code))


def start(title: str, role: str, arguments: list[str], **options: object) -> subprocess.Popen[bytes]:
    """This program once more, under a title as setproctitle gives it: in the place of all arguments."""
    words = [title, __file__, "--role", role, *arguments]
    return subprocess.Popen(words, executable="/proc/self/exe", close_fds=True, **options)  # type: ignore[call-overload]


class Worker:
    """One rank: connected with the engine core, it passes on what every step gives it."""

    def __init__(self, rank: int, world: int, address: str, port: int) -> None:
        self.who, self.address, self.port = f"rank{rank}", address, port
        obey_at_start(self.who)
        log(
            "Worker",
            f"[parallel_state.py:2350] rank {rank} in world size {world} is assigned as DP rank 0, "
            f"PP rank {rank}, TP rank 0",
        )

    def run(self) -> int:
        deadline = time.monotonic() + 120
        while True:
            try:
                core = socket.create_connection((self.address, self.port), timeout=5)
                break
            except OSError:
                if time.monotonic() > deadline:
                    log("Worker", "[parallel_state.py:99] the engine core is not there", "ERROR")
                    return 1
                time.sleep(0.1)
        core.settimeout(None)
        while step := core.recv(1):
            core.sendall(step)
        log("Worker", "[multiproc_executor.py:800] Parent process exited, terminating worker", "ERROR")
        return 1


class Core:
    """The engine core: takes a step from the API server to every worker and back."""

    def __init__(self, world: int, local: int, address: str, port: int, api: int) -> None:
        obey_at_start("core")
        self.api = socket.socket(fileno=api)
        arguments = ["--address", address, "--port", str(port), "--world", str(world)]
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(64)
        self.local = [start(f"VLLM::Worker_PP{i}", "worker", [*arguments, "--rank", str(i)]) for i in range(local)]
        self.workers: list[socket.socket] = []
        listener.settimeout(POLL_S)
        while len(self.workers) < world:
            self.look_after_workers()
            try:
                self.workers.append(listener.accept()[0])
            except TimeoutError:
                continue
            self.workers[-1].setblocking(True)
        self.listener = listener
        log("EngineCore", "[core.py:250] init engine took 0.01 seconds")
        self.api.sendall(b"r")

    def look_after_workers(self) -> None:
        for worker in self.local:
            if worker.poll() is not None:
                log(
                    "EngineCore",
                    "[multiproc_executor.py:273] Worker proc died unexpectedly, shutting down executor.",
                    "ERROR",
                )
                os._exit(1)

    def run(self) -> int:
        waiting = 0  # workers that have not passed on the current step
        while True:
            ready, _, _ = select.select([self.api] * (waiting == 0) + self.workers, [], [], POLL_S)
            self.look_after_workers()
            for source in ready:
                step = source.recv(1)
                if source is self.api:
                    if not step:
                        return 0
                    for worker in self.workers:
                        worker.sendall(step)
                    waiting = len(self.workers)
                elif step:
                    waiting -= 1
                    if waiting == 0:
                        self.api.sendall(step)
                else:
                    self.workers.remove(source)  # a worker of another host: nobody tells the engine core


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(options: argparse.Namespace, local: int) -> int:
    obey_at_start("api")
    ours, theirs = socket.socketpair()
    core = start(
        "VLLM::EngineCore",
        "core",
        [
            "--address",
            options.master_addr or "127.0.0.1",
            "--port",
            str(options.master_port),
            "--world",
            str(options.world),
            "--local",
            str(local),
            "--api",
            str(theirs.fileno()),
        ],
        pass_fds=[theirs.fileno()],
    )
    theirs.close()

    def end_with_core() -> None:
        code = core.wait()
        log("APIServer", f"[async_llm.py:600] EngineCore died unexpectedly (exit code {code})", "ERROR")
        os._exit(1)

    threading.Thread(target=end_with_core, daemon=True).start()
    while not ours.recv(1):
        time.sleep(1)
    steps = threading.Lock()
    tokens: list[str] = []  # that were generated

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, value: object) -> None:
            self.send(json.dumps(value), "application/json")

        def send(self, text: str, content_type: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path == "/metrics":
                return self.send(f'vllm:generation_tokens_total{{engine="0"}} {len(tokens)}.0\n', "text/plain")
            return self.answer({"data": [{"id": options.served_model_name}]} if self.path == "/v1/models" else {})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            while fault("hang", "api") is not None:
                time.sleep(POLL_S)
            with steps:
                ours.sendall(b"s")
                while not ours.recv(1):
                    time.sleep(1)
            tokens.append(" Paris")
            self.answer({"choices": [{"text": " Paris"}], "usage": {"completion_tokens": 1}})

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = Server((options.host, options.port), Handler)
    log("APIServer", f"[api_server.py:1000] Starting vLLM server on http://{options.host}:{options.port}")
    if fault("deaf", "api") is None:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.serve_forever()
    return 0


def stay_headless(options: argparse.Namespace, local: int) -> int:
    obey_at_start(f"main{options.node_rank}")
    first = options.node_rank * local
    arguments = ["--address", options.master_addr, "--port", str(options.master_port), "--world", str(options.world)]
    workers = [
        start(f"VLLM::Worker_PP{i}", "worker", [*arguments, "--rank", str(i)]) for i in range(first, first + local)
    ]
    if fault("deaf", f"main{options.node_rank}") is None:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while all(worker.poll() is None for worker in workers):
        time.sleep(POLL_S)
    log("Main", "[multiproc_executor.py:273] Worker proc died unexpectedly, shutting down executor.", "ERROR")
    return 1


def main() -> int:
    if sys.argv[1:2] == ["--role"]:
        part = argparse.ArgumentParser()
        part.add_argument("--role")
        part.add_argument("--address")
        for name in ("port", "world", "local", "api", "rank"):
            part.add_argument(f"--{name}", type=int, default=0)
        options = part.parse_args()
        if options.role == "worker":
            return Worker(options.rank, options.world, options.address, options.port).run()
        return Core(options.world, options.local, options.address, options.port, options.api).run()
    parser = argparse.ArgumentParser(prog="vllm", allow_abbrev=False)
    parser.add_argument("-m")
    parser.add_argument("verb")
    parser.add_argument("model")
    parser.add_argument("--host", default="127.0.0.1")
    for name in ("served-model-name", "master-addr", "distributed-executor-backend", "dtype", "compilation-config"):
        parser.add_argument(f"--{name}")
    for name in ("port", "kv-cache-memory-bytes", "max-model-len"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("tensor-parallel-size", "pipeline-parallel-size", "nnodes", "node-rank", "master-port"):
        parser.add_argument(f"--{name}", type=int, default={"node-rank": 0, "master-port": 29500}.get(name, 1))
    parser.add_argument("--headless", action="store_true")
    options = parser.parse_args()
    options.world = options.tensor_parallel_size * options.pipeline_parallel_size
    local = options.world // options.nnodes
    return stay_headless(options, local) if options.headless else serve(options, local)


if __name__ == "__main__":
    sys.exit(main())
