# SPDX-License-Identifier: Apache-2.0
"""Where the faults happen: hosts on this machine, a checkpoint, the stand-in engine, and a look at everything there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from checkpoint import write_checkpoint
from hosts import CLEAN, SOURCE, TCP_LISTEN, Hosts, R1cluster, hosts_of_this_machine

LOOK_S = 0.005
ENGINE = SOURCE / "tests" / "programs" / "vllm_stand_in.py"
PACKAGES = ("vllm-0.32.0+cpu", "torch-2.13.0", "transformers-4.57.0")
GRACE_S, FAILURE_GRACE_S, LEASE_S = 10, 2, 20  # as src/launch/ has them
START_TIMEOUT_S = 60
AGENT_END_S = 10


def read(path: Path) -> str:
    """Empty for what is not there, or no longer."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def until(condition: Callable[[], object], within_s: float, what: str, pause_s: float = LOOK_S) -> float:
    """Seconds until the condition holds; an AssertionError names what did not happen."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < within_s, f"not within {within_s:.0f} s: {what}"
        time.sleep(pause_s)
    return time.monotonic() - begin


class Place:
    def __init__(self, hosts: Hosts, binary: Path) -> None:
        self.hosts, self.folder, self.binary = hosts, hosts.folder, binary
        self.model = write_checkpoint(self.folder / "model")
        self.faults = self.folder / "faults"
        self.faults.mkdir()
        self.python = self._write_engine(self.folder / "engine")
        home = self.folder / "client"
        home.mkdir()
        self.r1cluster = R1cluster(binary, home, hosts.on("client"), ("--ssh-config", str(self.folder / "ssh_config")))
        self.name = self.folder.name.replace(".", "-")
        self.spec = self.write_spec()
        self.inodes = {os.stat(f"/run/netns/{self.name}-{node}").st_ino: node for node in hosts.names}
        self.sshd = {node: int(read(self.folder / node / "sshd.pid")) for node in hosts.names}

    @staticmethod
    def _write_engine(folder: Path) -> Path:
        """An environment of Python, as r1cluster reads one: its interpreter starts the stand-in."""
        packages = folder / "lib" / "python3.11" / "site-packages"
        for name in PACKAGES:
            (packages / f"{name}.dist-info").mkdir(parents=True)
        (folder / "bin").mkdir()
        (folder / "pyvenv.cfg").write_text("version = 3.11.2\n", encoding="utf-8")
        python = folder / "bin" / "python"
        python.write_text(f"#!{sys.executable} -SE\n" + ENGINE.read_text(encoding="utf-8"), encoding="utf-8")
        python.chmod(0o755)
        return python

    def write_spec(self, file: str = "cluster.toml", **values: object) -> Path:
        """The deployment over all hosts, one rank on each; `values` replace those below."""
        value = {
            "name": self.folder.name,
            "fate": "service",
            "hosts": self.hosts.names,
            "python": self.python,
            "model": self.model,
            "timeout": START_TIMEOUT_S,
            "more": "",
            "engine": "",
            "address": "10.77.0.1",
        } | values
        hosts = "".join(
            f'[[host]]\nname = "{node}"\naddress = "10.77.0.{int(node[4:]) + 1}"\n' for node in value["hosts"]
        )
        path = self.folder / file
        path.write_text(
            f"""\
name = "{value["name"]}"
fate = "{value["fate"]}"
{hosts}
[model]
path = "{value["model"]}"
served_name = "tiny"
[engine]
python = "{value["python"]}"
kv_cache_bytes = "64 MiB"
start_timeout_s = {value["timeout"]}
{value["engine"]}
[serve]
address = "{value["address"]}"
is_unprotected = true
port = 8000
max_model_len = 512
[layout]
tensor_parallel = 1
pipeline_parallel = {len(value["hosts"])}
[env]
STAND_IN_FAULTS = "{self.faults}"
{value["more"]}
""",
            encoding="utf-8",
        )
        return path

    # ---- what is there

    def processes(self, node: str | None = None) -> dict[int, str]:
        """Of the hosts, beside their sshd: pid -> command line."""
        found = {}
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                where = self.inodes.get(os.stat(f"/proc/{entry.name}/ns/net").st_ino)
                words = Path(entry.path, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue
            if where and words and (node is None or where == node) and not words.startswith(("sshd", "/usr/sbin/sshd")):
                found[int(entry.name)] = words
        return found

    def pids(self, node: str, *words: str) -> list[int]:
        """Processes of a host whose command line has all these words."""
        return sorted(pid for pid, line in self.processes(node).items() if all(word in line for word in words))

    def pid(self, node: str, *words: str) -> int:
        found = self.pids(node, *words)
        assert found, f"{node} has no process with {words}: {self.processes(node)}"
        return found[0]

    def ports(self, node: str) -> set[int]:
        lines = [
            line.split()
            for kind in ("tcp", "tcp6")
            for line in read(Path(f"/proc/{self.sshd[node]}/net/{kind}")).splitlines()[1:]
        ]
        return {int(words[1].rpartition(":")[2], 16) for words in lines if words[3] == TCP_LISTEN} - {22}

    def leftovers(self, name: str | None = None) -> list[str]:
        """Everything that a deployment may leave on its hosts, in words."""
        name = name or self.folder.name
        left = [f"process {pid} {line[:60]}" for pid, line in self.processes().items()]
        left += [f"cgroup {path}" for path in Path("/sys/fs/cgroup").rglob(f"r1cluster-{name}-*") if path.is_dir()]
        for node in self.hosts.names:
            left += [f"{node}: port {port}" for port in sorted(self.ports(node))]
            for where in (Path(f"/proc/{self.sshd[node]}/root/dev/shm"), self.folder / node / "tmp"):
                left += [f"{node}: file {path}" for path in self.files_below(where)]
            left += [f"{node}: state {path.name}" for path in self.state(node).rglob("*") if path.is_file()]
        return left

    @staticmethod
    def files_below(folder: Path) -> list[Path]:
        """But for those of libfaketime, which is a tool of these tests."""
        return [path for path in folder.glob("*") if "faketime" not in path.name]

    def state(self, node: str) -> Path:
        """The folder of the deployment on a host."""
        return self.folder / node / "home" / ".local" / "state" / "r1cluster" / self.folder.name / node

    def said(self, node: str) -> dict:
        """What the guard of a host last wrote of its job."""
        try:
            return json.loads(read(self.state(node) / "state.json"))
        except ValueError:
            return {}

    # ---- a deployment

    def fault(self, name: str, text: str = "") -> None:
        """Asks the stand-in for it, see there."""
        (self.faults / name).write_text(text, encoding="utf-8")

    def up(self, spec: Path | None = None, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        return self.r1cluster("up", str(spec or self.spec), timeout_s=timeout_s)

    def status(self) -> tuple[int, dict]:
        return self.r1cluster.status(self.spec)

    def down(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.r1cluster("down", str(self.spec), "--purge", *options)

    @contextlib.contextmanager
    def serving(self, **values: object) -> Iterator[Place]:
        """With a deployment that has its first token and that was seen by its guards as a whole."""
        self.spec = self.write_spec(**values)
        done = self.up()
        assert done.returncode == CLEAN, f"up: exit {done.returncode}: {(done.stdout + done.stderr)[-400:]}"
        self.let_guards_look()
        yield self

    def let_guards_look(self) -> None:
        """They look at all processes every second, and know one when they have seen it twice."""
        time.sleep(2.2)

    def clear(self) -> list[str]:
        """Ends what there is, by force where `down` does not; what `down` left."""
        shutil.rmtree(self.faults)
        self.faults.mkdir()
        for node in self.hosts.names:
            self.hosts("restore", node[4:])
        done = self.down()
        with contextlib.suppress(AssertionError):  # agents of former commands may be about to end
            until(lambda: not self.leftovers(), AGENT_END_S, "", 0.2)
        left = self.leftovers()
        if done.returncode != CLEAN:
            left.append(f"down: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for node in self.hosts.names:
            shutil.rmtree(self.state(node), ignore_errors=True)
            for where in (Path(f"/proc/{self.sshd[node]}/root/dev/shm"), self.folder / node / "tmp"):
                for path in where.glob("*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return left


class Places:
    """Hosts by their number, made when they are first asked for."""

    def __init__(self, binary: Path, stack: ExitStack) -> None:
        self.binary, self.stack = binary, stack
        self.made: dict[int, Place] = {}

    def of(self, count: int) -> Place:
        if count not in self.made:
            self.made[count] = Place(self.stack.enter_context(hosts_of_this_machine(count, "r1f.")), self.binary)
        return self.made[count]
