# SPDX-License-Identifier: Apache-2.0
"""`up` of a deployment in containers of the real Podman and the real Docker; the engine is a stand-in.

The image holds no file: it has links to folders of this machine that the containers mount. Where a runtime is not
installed, or cannot start a container here, its tests are skipped with the reason.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import (
    CLEAN,
    FAILED,
    FINDINGS,
    SOURCE,
    R1cluster,
    free_port,
    processes_with,
    wait_until_empty,
    write_environment,
)
from test_bad_input import model_copy as model_copy

PYTHON = "/usr/bin/python3"
PACKAGES = ["vllm-0.32.0+cpu", "torch-2.13.0"]
IMAGE = f"r1cluster-test/links:{os.getpid()}"
# What a container inherits by default may be more than a nested machine allows.
OPTIONS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"]
KEY = "canary-0123456789abcdef"
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
[container]
runtime = "{runtime}"
image = "{image}"
{more}
mounts = ["/usr:/usr:ro", "{folder}:{folder}"]
options = {options}
shm_bytes = "64 MiB"
[serve]
port = {port}
max_model_len = 512
api_key_file = "{key}"
[layout]
tensor_parallel = 1
pipeline_parallel = 1
[env]
SERVED_NOTES = "{folder}/notes"
"""


class Runtime:
    def __init__(self, name: str) -> None:
        self.name, self.program = name, str(shutil.which(name))

    def __call__(self, *arguments: str, timeout_s: float = 120) -> str:
        command = [self.program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.strip()

    def containers(self, deployment: str) -> list[str]:
        return self("ps", "--all", "--format", "{{.Names}}", "--filter", f"name=r1cluster-{deployment}-").split()

    def first_process(self, deployment: str) -> int:
        (container,) = self.containers(deployment)
        return int(self("inspect", "--format", "{{.State.Pid}}", container))

    def has_image(self, image: str) -> bool:
        return bool(self("images", "--quiet", image))

    def volumes(self, deployment: str) -> list[str]:
        return [name for name in self("volume", "ls", "--quiet").split() if name.startswith(f"r1cluster-{deployment}-")]


@contextlib.contextmanager
def docker_daemon() -> Iterator[None]:
    """The one that answers, else one of our own as long as the tests run."""
    if subprocess.run(["docker", "version"], capture_output=True).returncode == 0:
        yield
        return
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("no Docker daemon answers, and none can be started here")
    with tempfile.TemporaryDirectory(prefix="r1d-") as folder, open(f"{folder}/log", "w", encoding="utf-8") as log:
        command = [
            "dockerd",
            "--data-root",
            f"{folder}/data",
            "--exec-root",
            f"{folder}/exec",
            "--storage-driver",
            "vfs",
        ]
        command += ["--bridge", "none", "--iptables=false", "--pidfile", f"{folder}/pid"]
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(150):
                if subprocess.run(["docker", "version"], capture_output=True).returncode == 0:
                    break
                if daemon.poll() is not None:
                    last = Path(f"{folder}/log").read_text(encoding="utf-8").splitlines()[-1:]
                    pytest.skip(f"the Docker daemon does not start here: {last}")
                time.sleep(0.2)
            yield
        finally:
            daemon.terminate()
            daemon.wait(60)
            subprocess.run(["umount", f"{folder}/exec/netns/default"], capture_output=True)


@pytest.fixture(scope="module", params=["podman", "docker"])
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    with docker_daemon() if request.param == "docker" else contextlib.nullcontext():
        made = Runtime(request.param)
        archive = tmp_path_factory.mktemp("image") / "links.tar"
        subprocess.run([sys.executable, str(SOURCE / "examples/quickstart/image.py"), str(archive)], check=True)
        try:
            made("import", str(archive), IMAGE)
            made("run", "--rm", "--network", "host", "--init", *OPTIONS, "--mount",
                 "type=bind,source=/usr,target=/usr,readonly", "--entrypoint", "/usr/bin/true", IMAGE)  # fmt: skip
        except AssertionError as error:
            pytest.skip(f"{request.param} starts no container here: {error}")
        yield made
        subprocess.run([made.program, "rmi", "--force", IMAGE], capture_output=True)


class Deployment:
    def __init__(self, runtime: Runtime, here: R1cluster, folder: Path, model: Path) -> None:
        self.runtime, self.here, self.folder, self.model = runtime, here, folder, model
        self.name, self.port = f"c{os.getpid()}{runtime.name}", free_port()
        self.spec, self.key = folder / "cluster.toml", folder / "key"
        self.python = write_environment(folder / "engine", PACKAGES, "served_stand_in.py", PYTHON)
        self.key.write_text(KEY + "\n", encoding="utf-8")
        self.key.chmod(0o600)
        self.write_spec()

    def write_spec(self, image: str = IMAGE, more: str = "") -> None:
        values = {"name": self.name, "model": self.model, "python": self.python, "runtime": self.runtime.name}
        values |= {"image": image, "more": more, "folder": self.folder, "options": json.dumps(OPTIONS)}
        values |= {"port": self.port, "key": self.key}
        self.spec.write_text(SPEC.format(**values), encoding="utf-8")

    def up(self) -> subprocess.CompletedProcess[str]:
        return self.here("up", str(self.spec), timeout_s=240)

    def down(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.here("down", str(self.spec), *options, timeout_s=120)

    def status(self) -> dict:
        return self.here.status(self.spec)[1]

    def await_phase(self, phase: str) -> dict:
        for _ in range(150):
            status = self.status()
            if status["phase"] == phase:
                return status
            time.sleep(0.1)
        pytest.fail(f"not {phase}: {status}")

    def ask(self) -> int:
        body = json.dumps({"model": "model", "prompt": "1"}).encode()
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/completions", body, headers)
        with urllib.request.urlopen(request, timeout=30) as reply:
            return int(reply.status)

    def left(self) -> list[str]:
        return [*self.runtime.containers(self.name), *self.runtime.volumes(self.name)]


@pytest.fixture
def deployment(runtime: Runtime, binary: Path, tmp_path: Path, model_copy: Path) -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory(prefix="r1s-") as home:  # a short name: sockets have 107 characters
        made = Deployment(runtime, R1cluster(binary, Path(home)), tmp_path, model_copy)
        try:
            yield made
        finally:
            made.down("--purge")
        wait_until_empty(made.left, within_s=20)
        assert not processes_with(f"HOME={home}")
        assert not list(Path(home).rglob("r1cluster/*/*"))


def test_an_engine_in_a_container_serves_and_leaves_nothing(deployment: Deployment) -> None:
    done = deployment.up()
    assert deployment.status()["phase"] == "ready", done.stdout + done.stderr
    assert deployment.ask() == 200
    status = deployment.status()["hosts"][0]
    first = deployment.runtime.first_process(deployment.name)
    assert status["processes"][0]["pid"] == first
    # The rank by its number on this host, and in the pid namespace of the container.
    (rank,) = status["ranks"]
    assert rank["is_alive"]
    assert os.readlink(f"/proc/{rank['pid']}/ns/pid") == os.readlink(f"/proc/{first}/ns/pid")
    assert os.readlink(f"/proc/{rank['pid']}/ns/pid") != os.readlink("/proc/self/ns/pid")
    # The key is in the environment of the engine, and in no command line.
    assert KEY.encode() in Path(f"/proc/{rank['pid']}/environ").read_bytes()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            assert KEY.encode() not in (process / "cmdline").read_bytes()
    assert not list(Path(tempfile.gettempdir()).glob("r1c-*/*.env"))
    ended = deployment.down()
    assert ended.returncode == CLEAN, ended.stdout + ended.stderr
    assert not deployment.runtime.containers(deployment.name)
    assert deployment.runtime.volumes(deployment.name) == [f"r1cluster-{deployment.name}-node0"]  # for the next start
    assert deployment.down("--purge").returncode == CLEAN
    assert not deployment.left()
    assert deployment.runtime.has_image(IMAGE)  # it was there before


def test_a_container_that_somebody_kills_is_named(deployment: Deployment) -> None:
    deployment.up()
    (container,) = deployment.runtime.containers(deployment.name)
    deployment.runtime("kill", container)
    status = deployment.await_phase("failed")
    assert status["cause"]["process"] == "head", status
    assert status["cause"]["signal"] == signal.SIGKILL
    wait_until_empty(lambda: deployment.runtime.containers(deployment.name), within_s=20)


def test_the_first_process_of_a_container_that_is_killed_is_named(deployment: Deployment) -> None:
    deployment.up()
    os.kill(deployment.runtime.first_process(deployment.name), signal.SIGKILL)
    status = deployment.await_phase("failed")
    assert status["cause"]["process"] == "head", status
    assert status["cause"]["signal"] == signal.SIGKILL
    wait_until_empty(lambda: deployment.runtime.containers(deployment.name), within_s=20)


def test_a_log_goes_on_when_its_client_is_killed(deployment: Deployment) -> None:
    deployment.up()
    (container,) = deployment.runtime.containers(deployment.name)
    clients = subprocess.run(["pgrep", "-f", f"logs --follow.*{container}"], stdout=subprocess.PIPE, text=True)
    for pid in clients.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    time.sleep(1)
    assert deployment.ask() == 200
    assert deployment.status()["phase"] == "ready"


def test_a_guard_that_is_killed_leaves_no_container(deployment: Deployment) -> None:
    deployment.up()
    os.kill(deployment.status()["hosts"][0]["guard_pid"], signal.SIGKILL)
    wait_until_empty(lambda: deployment.runtime.containers(deployment.name), within_s=30)
    assert deployment.status()["phase"] == "failed"


def test_an_image_of_an_archive_is_loaded_and_purged(deployment: Deployment, tmp_path: Path) -> None:
    runtime, image = deployment.runtime, IMAGE.replace("links", "saved")
    archive = tmp_path / "saved.tar"
    runtime("tag", IMAGE, image)
    runtime("save", "--output", str(archive), image)
    runtime("rmi", image)
    deployment.write_spec(image, f'archive = "{archive}"\npull = "never"')
    done = deployment.up()
    assert deployment.status()["phase"] == "ready", done.stdout + done.stderr
    assert deployment.down("--purge").returncode == CLEAN
    assert not runtime.has_image(image)
    assert runtime.has_image(IMAGE)


@pytest.mark.parametrize("case", ["absent", "no archive", "cut archive", "other archive"])
def test_an_image_that_cannot_be_had_is_said_in_one_sentence(deployment: Deployment, tmp_path: Path, case: str) -> None:
    runtime, image, archive = deployment.runtime, "r1cluster-test/nowhere:1", tmp_path / "a.tar"
    if case != "absent":
        deployment.write_spec(image, f'archive = "{archive}"')
    else:
        deployment.write_spec(image, 'pull = "never"')
    if case == "cut archive":
        runtime("save", "--output", str(archive), IMAGE)
        archive.write_bytes(archive.read_bytes()[:700])
    if case == "other archive":
        runtime("save", "--output", str(archive), IMAGE)
    done = deployment.up()
    assert done.returncode == FAILED, done.stdout + done.stderr
    sentence = done.stderr.splitlines()[-1]
    wanted = {
        "absent": f"looking for the image {image}: ",
        "no archive": f'loading the image {image}: there is no file "{archive}"',
        "cut archive": f'loading the image {image} from "{archive}": ',
        "other archive": "the archive holds no image of this name",
    }
    assert wanted[case] in sentence, done.stderr
    assert deployment.status()["phase"] == "absent"
    checked = deployment.here("check", str(deployment.spec))
    assert checked.returncode == FINDINGS
    assert "error   container.image  node0" in checked.stdout, checked.stdout


def test_an_image_without_the_engine_is_found_before_the_start(deployment: Deployment) -> None:
    for engine in (deployment.folder / "engine" / "lib").glob("*/site-packages/vllm*"):
        shutil.rmtree(engine)
    done = deployment.up()
    assert done.returncode == FINDINGS, done.stdout + done.stderr
    assert "name an image with vllm" in done.stdout, done.stdout
    assert not deployment.runtime.containers(deployment.name)


def test_an_option_that_the_runtime_refuses_is_said(deployment: Deployment) -> None:
    text = deployment.spec.read_text(encoding="utf-8")
    deployment.spec.write_text(text.replace("--ulimit", "--no-such-option", 1), encoding="utf-8")
    checked = deployment.here("check", str(deployment.spec))
    assert checked.returncode == FINDINGS
    assert "no-such-option" in checked.stdout, checked.stdout
    assert not deployment.runtime.containers(deployment.name)
