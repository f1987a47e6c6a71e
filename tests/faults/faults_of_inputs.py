# SPDX-License-Identifier: Apache-2.0
"""What users write and ask that is wrong, weak or large."""

from __future__ import annotations

import os
import subprocess
import time

from hosts import CLEAN, FAILED, FINDINGS
from injections import mounted
from measure import Figures, fault
from place import Place


def peak_of(place: Place, *arguments: str) -> tuple[int, subprocess.CompletedProcess[str]]:
    """MiB at most, and what was said."""
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); "
        "sys.exit(done.returncode)"
    )
    words = ["python3", "-c", code, str(place.binary), *arguments]
    done = subprocess.run(words, env=place.r1cluster.env, capture_output=True, text=True, timeout=120)
    return int(done.stderr.splitlines()[-1]) >> 10, done


@fault("W10", "cluster.toml of 280 KB: one key of 140,000 dotted parts", "an error, no crash")
def deep_spec(place: Place) -> Figures:
    """A deep key is refused."""
    path = place.folder / "deep.toml"
    path.write_text(".".join(["a"] * 140_000) + " = 1\n", encoding="utf-8")
    done = place.r1cluster("check", str(path))
    assert done.returncode == FAILED and done.stderr, f"exit {done.returncode}"
    return Figures(said=done.stderr.strip()[:160])


@fault("W11", "extra_arguments with --hos, --por=1, --serv", "refused, with the key that is meant")
def abbreviated_arguments(place: Place) -> Figures:
    """The beginning of an owned argument is that argument."""
    for words in ('"--hos", "0.0.0.0"', '"--por=1"', '"--served-mod", "x"'):
        spec = place.write_spec("abbreviated.toml", engine=f"extra_arguments = [{words}]")
        done = place.r1cluster("launch", str(spec))
        assert done.returncode == FAILED and "expected" in done.stderr, f"{words}: {done.stdout[-300:]}{done.stderr}"
    return Figures(said=done.stderr.strip())


@fault("W12", "a recording whose files are sparse, 4 GiB each", "an error; memory bounded")
def sparse_recording(place: Place) -> Figures:
    """Large files of a recording are not read into memory."""
    folder = place.folder / "recording"
    done = place.r1cluster("record", str(place.spec), "-o", str(folder))
    assert done.returncode == CLEAN, done.stderr
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        os.truncate(path, 4 << 30)
    peak, done = peak_of(place, "show", "--from", str(folder))
    assert done.returncode != CLEAN
    assert peak < 512, f"{peak} MiB"
    return Figures(note=f"{peak} MiB at most", said=done.stderr.splitlines()[0][:160])


@fault("W13", "api_key_file with mode 0644", "found before anything starts")
def key_is_readable(place: Place) -> Figures:
    """A key that others may read is refused before the start."""
    key = place.folder / "key"
    key.write_text("secret-of-the-test\n", encoding="utf-8")
    key.chmod(0o644)
    spec = place.write_spec("key.toml", address="10.77.0.1")
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("port = 8000", f'port = 8000\napi_key_file = "{key}"'),
        encoding="utf-8",
    )
    begin = time.monotonic()
    done = place.up(spec)
    assert done.returncode in (FINDINGS, FAILED), done.stdout
    assert not place.processes()
    text = done.stdout + done.stderr
    assert "chmod 600" in text or "others" in text, text[-500:]
    assert "secret-of-the-test" not in text
    return Figures(detected_s=time.monotonic() - begin, said=(done.stderr.strip().splitlines() or [""])[-1])


@fault("B5", "a key is set; the engine's release leaves other paths open", "`check` says which paths need no key")
def open_paths(place: Place) -> Figures:
    """What a key does not protect is said."""
    key = place.folder / "key"
    key.write_text("secret-of-the-test\n", encoding="utf-8")
    key.chmod(0o600)
    spec = place.write_spec("key.toml")
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("port = 8000", f'port = 8000\napi_key_file = "{key}"'),
        encoding="utf-8",
    )
    done = place.r1cluster("check", str(spec), "--explain")
    line = next((line.strip() for line in done.stdout.splitlines() if "/invocations" in line), "")
    assert line, "`check` says nothing of /invocations, which asks for no key"
    return Figures(said=line)


@fault("W14", "the state folder of node1 on a full mount of its own", "`check` names it")
def state_has_no_room(place: Place) -> Figures:
    """Room is looked for where the state will be."""
    state = place.state("node1").parent.parent
    state.mkdir(parents=True, exist_ok=True)
    with mounted(place, "node1", state, "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs"):
        done = place.r1cluster("check", str(place.spec))
    line = next((line.strip() for line in done.stdout.splitlines() if "disk.enough" in line), "")
    assert "node1" in line, done.stdout[-400:]
    return Figures(said=line)


@fault("W16", "`down` while a request of 4 s is answered", "the request is answered: a drain")
def down_drains(place: Place) -> Figures:
    """`down` lets running requests end."""
    code = "import http.client; c = http.client.HTTPConnection('10.77.0.1', 8000)\n"
    code += "c.request('POST', '/v1/completions', '{}'); print(c.getresponse().status)"
    with place.serving():
        place.fault("hang")
        asked = subprocess.Popen(
            [*place.hosts.on("client"), "python3", "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        time.sleep(1)
        down = place.r1cluster.start("down", str(place.spec), "--purge")
        time.sleep(3)
        (place.faults / "hang").unlink()
        answer = asked.communicate(timeout=60)[0].strip()
        down.communicate(timeout=60)
    assert answer == "200", "the request was cut off: `down` has no drain"
    return Figures()


@fault("W18", "`logs -f` over 3 MiB of numbered lines, several rotations", "each line once")
def followed_log_rotates(place: Place) -> Figures:
    """A log that is rotated while it is followed shows each line once."""
    place.fault("numbers.api", "400000")
    process = place.r1cluster.start("up", str(place.spec))
    follower = None
    try:
        time.sleep(3)
        follower = place.r1cluster.start("logs", str(place.spec), "-f", "--host", "node0")
        process.communicate(timeout=120)
        time.sleep(6)
    finally:
        assert follower
        follower.terminate()
        out, _ = follower.communicate(timeout=30)
    numbers = [
        int(words[-1])
        for line in out.splitlines()
        if (words := line.split()) and words[-1].isdigit() and "number" in line
    ]
    assert numbers, out[-300:]
    assert len(numbers) == len(set(numbers)), f"{len(numbers) - len(set(numbers))} lines of {len(numbers)} twice"
    return Figures(note=f"{len(numbers)} lines, each once")


@fault("W19", "`plan`, `check` and `launch` where no layout is possible", "exit 1, 1 and 3, as docs/cli.md says")
def no_layout(place: Place) -> Figures:
    """Where nothing can be planned, each verb ends with the exit code that docs/cli.md gives."""
    spec = place.write_spec("impossible.toml")
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("tensor_parallel = 1", "tensor_parallel = 7"), encoding="utf-8"
    )
    codes = [place.r1cluster(verb, str(spec)).returncode for verb in ("plan", "check", "launch")]
    assert codes == [FINDINGS, FINDINGS, FAILED], codes
    return Figures()


@fault("W17", "a look at the ports of an engine that serves", "no port on an address that was not asked for")
def ports_of_the_engine(place: Place) -> Figures:
    """What listens is what the plan says (the real engine has more: torch and NCCL listen on all interfaces)."""
    with place.serving():
        ports = {node: sorted(place.ports(node)) for node in place.hosts.names}
    assert ports == {"node0": [8000, 18000, 28000], "node1": []}, ports
    return Figures(note=str(ports))
