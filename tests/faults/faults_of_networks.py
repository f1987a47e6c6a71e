# SPDX-License-Identifier: Apache-2.0
"""Hosts that cannot be reached, or badly, and what they say before they say anything."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from faults_of_controllers import asking, engine_pids
from hosts import CLEAN, FAILED, FINDINGS
from measure import GONE_S, Figures, NotHere, cause, end_of_group, fault, not_here
from place import LEASE_S, Place, until

CLIENT, NODE0, NODE1 = "10.77.0.254", "10.77.0.1", "10.77.0.2"


def on(place: Place, node: str, *command: str) -> str:
    done = subprocess.run([*place.hosts.on(node), *command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command} on {node}: {done.stderr}"
    return done.stdout


@contextlib.contextmanager
def filtered(place: Place, node: str, *rules: str) -> Iterator[None]:
    """nftables rules of chains `input` and `output` on a host."""
    if not shutil.which("nft"):
        raise NotHere("nft is not installed")
    hooks = "".join(
        f"add chain inet faults {name} {{ type filter hook {name} priority 0; }}\n" for name in ("input", "output")
    )
    on(place, node[-1], "nft", "add table inet faults\n" + hooks)
    try:
        for rule in rules:
            on(place, node[-1], "nft", f"add rule inet faults {rule}")
        yield
    finally:
        on(place, node[-1], "nft", "delete table inet faults")


@contextlib.contextmanager
def shell_startup(place: Place, node: str, text: str) -> Iterator[None]:
    """What a login shell of the host does before the agent's command."""
    path = place.folder / node / "home" / ".bashrc"
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()


def refused_status(place: Place, *options: str) -> tuple[float, str]:
    """What `status` says of node1, which cannot be asked, and after how many seconds."""
    begin = time.monotonic()
    done = place.r1cluster("status", str(place.spec), "--json", *options, timeout_s=90)
    seconds = time.monotonic() - begin
    host = next(one for one in json.loads(done.stdout)["hosts"] if one["host"] == "node1")
    assert host["phase"] == "unknown" and done.returncode in (FINDINGS, FAILED), (done.returncode, host)
    return seconds, host["because"]


@fault(
    "F23",
    "node1 refuses port 22, drops packets, or hangs behind the banner",
    "three messages, each within the time limit of 5 s",
    detected_s=6.0,
    is_short=True,
)
def three_silences(place: Place) -> Figures:
    """A refusing, a silent and a hanging host are told apart."""
    said = []
    with filtered(place, "node1", f"input ip saddr {CLIENT} tcp dport 22 reject with tcp reset"):
        said.append(refused_status(place, "--connect-timeout", "5"))
    with filtered(place, "node1", f"input ip saddr {CLIENT} drop"):
        said.append(refused_status(place, "--connect-timeout", "5"))
    with shell_startup(place, "node1", "sleep 60\n"):
        said.append(refused_status(place, "--connect-timeout", "5"))
    assert len({text for _, text in said}) == 3, said
    return Figures(detected_s=max(seconds for seconds, _ in said), said=" / ".join(text for _, text in said))


@fault("F24", "node1's host key is unknown, then another one", "refused; fingerprints and the command to trust")
def foreign_host_key(place: Place) -> Figures:
    """A host whose key is not the known one is not spoken to."""
    known = place.folder / "known_hosts"
    before = known.read_text(encoding="utf-8")
    lines = before.splitlines()
    said = []
    try:
        other = next(line for line in lines if line.startswith("node0")).split(" ", 1)[1]
        for text in (
            "\n".join(line for line in lines if not line.startswith("node1")),
            "\n".join(f"node1,{NODE1} {other}" if line.startswith("node1") else line for line in lines),
        ):
            known.write_text(text + "\n", encoding="utf-8")
            said.append(refused_status(place)[1])
    finally:
        known.write_text(before, encoding="utf-8")
    assert said[0] != said[1], said
    assert all("ost key" in text for text in said), said
    return Figures(said=" / ".join(said))


@fault("F25", "the login prints binary noise and empties PATH", "`up` and `status` work", times=2, is_short=True)
def noisy_login(place: Place) -> Figures:
    """What a login prints does not disturb the agent."""
    with (
        shell_startup(
            place,
            "node1",
            "printf 'Welcome\\000\\377\\n{\"no\": 1}\\n'; head -c 65536 /dev/urandom; echo; export PATH=\n",
        ),
        place.serving(),
    ):
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready"), status
    return Figures()


@fault("F48", "the login writes 1 MiB to standard error", "no deadlock", times=2)
def full_standard_error(place: Place) -> Figures:
    """A full standard error does not stop the connection."""
    with shell_startup(place, "node1", "head -c 1048576 /dev/zero | tr '\\0' x >&2\n"):
        begin = time.monotonic()
        with place.serving():
            pass
        return Figures(note=f"ready after {time.monotonic() - begin:.1f} s")


@fault("F26", "node1: shell exits 255; shell is killed by SIGKILL; port refused", "three answers")
def three_ends(place: Place) -> Figures:
    """ssh's exit code 255 has three causes that are told apart."""
    said = []
    with shell_startup(place, "node1", "exit 255\n"):
        said.append(refused_status(place)[1])
    with shell_startup(place, "node1", "kill -KILL $$\n"):
        said.append(refused_status(place)[1])
    with filtered(place, "node1", f"input ip saddr {CLIENT} tcp dport 22 reject with tcp reset"):
        said.append(refused_status(place)[1])
    assert len(set(said)) == 3, said
    return Figures(said=" / ".join(said))


def partition(place: Place, *rules: str) -> Figures:
    """Between the client and node1 alone: the service is not concerned."""
    with place.serving():
        before = engine_pids(place)
        with asking(place, 12) as counts, filtered(place, "node1", *rules):
            seconds, because = refused_status(place, "--connect-timeout", "5")
        begin = time.monotonic()
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready"), status
        assert engine_pids(place) == before, "other processes than before"
        assert counts[1] == 0, f"answered and lost: {counts}"
    return Figures(
        detected_s=seconds,
        said=because,
        note=f"healed after {time.monotonic() - begin:.1f} s; {counts[0]} requests answered, 0 lost",
    )


@fault(
    "F27",
    "packets between client and node1 dropped",
    "node1 unknown; the service lives; same processes later",
    detected_s=6.0,
    is_short=True,
)
def controller_cut_off(place: Place) -> Figures:
    """A host that the controller cannot reach is unknown, and lives."""
    return partition(place, f"input ip saddr {CLIENT} drop", f"output ip daddr {CLIENT} drop")


@fault("F28", "packets from node1 to the client dropped, not the others", "as F27", detected_s=6.0)
def one_way(place: Place) -> Figures:
    """A partition of one direction is no other."""
    return partition(place, f"output ip daddr {CLIENT} drop")


@fault(
    "F29",
    "packets between node0 and node1 dropped",
    "the pair is named; both end",
    detected_s=LEASE_S + 2,
    stopping_s=LEASE_S + 4,
    gone_s=LEASE_S + GONE_S,
)
def ranks_cut_off(place: Place) -> Figures:
    """Two hosts that do not hear each other end, and each names the other."""
    with place.serving():
        with filtered(place, "node1", f"input ip saddr {NODE0} drop", f"output ip daddr {NODE0} drop"):
            figures = end_of_group(place, lambda: None)
            cause(place, figures)
        assert "node0" in figures.said and "node1" in figures.said, figures.said
    return figures


@fault(
    "F30",
    "40 s of 20 % loss on node1, then 1 Mbit/s by tbf; a delay needs netem, which this kernel has not",
    "no false death, no lost request",
)
def bad_link(place: Place) -> Figures:
    """A bad link makes a service slow and ends nothing."""
    with place.serving():
        before = engine_pids(place)
        with asking(place, 20) as lossy, filtered(place, "node1", "input numgen random mod 5 0 drop"):
            time.sleep(20)
        on(
            place,
            "1",
            "tc",
            "qdisc",
            "add",
            "dev",
            "eth0",
            "root",
            "tbf",
            "rate",
            "1mbit",
            "burst",
            "32kbit",
            "latency",
            "400ms",
        )
        try:
            with asking(place, 20) as slow:
                time.sleep(20)
        finally:
            on(place, "1", "tc", "qdisc", "del", "dev", "eth0", "root")
        code, status = place.status()
        assert (code, status["phase"]) == (CLEAN, "ready"), status
        assert engine_pids(place) == before
    return Figures(note=f"answered, lost: {lossy} with loss, {slow} at 1 Mbit/s")


@fault(
    "F31",
    "node1's link down, then SIGKILL to all on it: no FIN, no RST",
    "node0 names node1 after the lease",
    detected_s=LEASE_S + 2,
    stopping_s=LEASE_S + 4,
    gone_s=LEASE_S + GONE_S,
)
def power_loss(place: Place) -> Figures:
    """A host that loses its power is missed after the lease."""

    def inject() -> None:
        place.hosts("cut", "1")
        for pid in place.processes("node1"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    with place.serving():
        figures = end_of_group_with_leftovers(place, inject)
        begin = time.monotonic()
        done = place.r1cluster("status", str(place.spec), timeout_s=90)
        figures.note = f"status after {time.monotonic() - begin:.1f} s"
        figures.said = place.said("node0")["cause"]["text"]
        assert "node1" in figures.said and done.returncode == FINDINGS, done.stdout
        place.hosts("restore", "1")
    return figures


def end_of_group_with_leftovers(place: Place, inject: object) -> Figures:
    """As end_of_group(), of node0: the cgroup of a host without power has nobody to remove it."""
    figures = Figures()
    begin = time.monotonic()
    inject()  # type: ignore[operator]
    until(lambda: place.said("node0").get("cause"), 60, "node0 says a cause", 0.01)
    figures.detected_s = figures.stopping_s = time.monotonic() - begin
    until(lambda: not place.processes("node0"), 60, "nothing runs on node0", 0.01)
    figures.gone_s = time.monotonic() - begin
    return figures


@fault("F32", "MTU 600 on node1", "`check` finds it")
def mtu_mismatch(place: Place) -> Figures:
    """Hosts of different MTU are found before a start."""
    on(place, "1", "ip", "link", "set", "eth0", "mtu", "600")
    try:
        begin = time.monotonic()
        done = place.r1cluster("check", str(place.spec))
        figures = Figures(detected_s=time.monotonic() - begin)
    finally:
        on(place, "1", "ip", "link", "set", "eth0", "mtu", "1500")
    figures.said = next((line.strip() for line in done.stdout.splitlines() if "mtu" in line.lower()), "")
    assert figures.said, "`check` says nothing of the MTU"
    return figures


@fault(
    "F33",
    "node1 has two more interfaces and IPv6; the spec once names a wrong one, once has tcp://",
    "the right one is said, or refused",
)
def several_addresses(place: Place) -> Figures:
    """The interface towards the peers is chosen and said; a wrong one is refused."""
    for i, name in enumerate(("other0", "other1")):
        on(place, "1", "ip", "link", "add", name, "type", "bridge")
        on(place, "1", "ip", "address", "add", f"192.168.{77 + i}.2/24", "dev", name)
        on(place, "1", "ip", "link", "set", name, "up")
    try:
        done = place.r1cluster("config", str(place.spec), "--host", "node1")
        assert "GLOO_SOCKET_IFNAME=eth0" in done.stdout, done.stdout + done.stderr
        text = place.spec.read_text(encoding="utf-8")
        wrong = place.folder / "wrong.toml"
        wrong.write_text(
            text.replace(f'address = "{NODE1}"', f'address = "{NODE1}"\ninterface = "other0"'), encoding="utf-8"
        )
        checked = place.r1cluster("check", str(wrong))
        assert checked.returncode != CLEAN and "other0" in checked.stdout, checked.stdout
        wrong.write_text(text.replace(f'address = "{NODE1}"', f'address = "tcp://{NODE1}"'), encoding="utf-8")
        refused = place.r1cluster("check", str(wrong))
        assert refused.returncode == FAILED and "tcp://" in refused.stderr, refused.stderr
    finally:
        for name in ("other0", "other1"):
            on(place, "1", "ip", "link", "delete", name)
    return Figures(said=refused.stderr.strip())


@fault(
    "F34",
    "node3 of 4 takes 20 s for its login",
    "`status` has the others within seconds and names it",
    hosts=4,
    detected_s=6.0,
)
def slow_host(place: Place) -> Figures:
    """One slow host does not make the others wait."""
    with place.serving(), shell_startup(place, "node1", "sleep 20\n"):
        seconds, because = refused_status(place)
    return Figures(detected_s=seconds, said=because)


@fault(
    "W5",
    "node1 answers with 250 MB of nonsense",
    "the others are shown; memory of the controller is bounded",
    is_short=True,
)
def nonsense(place: Place) -> Figures:
    """A host that answers nonsense hides no other, and takes no memory."""
    with shell_startup(place, "node1", "head -c 250000000 /dev/urandom\n"):
        process = place.r1cluster.start("status", str(place.spec), "--json")
        drain = threading.Thread(target=lambda: setattr(process, "said", process.communicate()), daemon=True)
        drain.start()
        peak = 0
        while process.poll() is None:
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
                peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
            time.sleep(0.02)
        drain.join()
    hosts = {one["host"]: one for one in json.loads(process.said[0])["hosts"]}
    assert hosts["node0"]["phase"] == "absent" and hosts["node1"]["phase"] == "unknown", hosts
    assert peak < 256 << 10, f"the controller took {peak >> 10} MiB"
    return Figures(said=hosts["node1"]["because"], note=f"{peak >> 10} MiB at most")


@fault(
    "W6",
    "node1's link cut for 60 s, then restored",
    "no second copy; the service comes back by itself",
    detected_s=LEASE_S + 2,
)
def link_cut(place: Place) -> Figures:
    """After a cut that healed the service comes back."""
    with place.serving():
        place.hosts("cut", "1")
        begin = time.monotonic()
        until(lambda: place.said("node0").get("cause"), 60, "node0 says a cause", 0.05)
        figures = Figures(detected_s=time.monotonic() - begin, said=place.said("node0")["cause"]["text"])
        time.sleep(max(0.0, 60 - (time.monotonic() - begin)))
        place.hosts("restore", "1")
        try:
            until(lambda: place.status()[1]["phase"] == "ready", 20, "", 1)
        except AssertionError:
            phase = place.status()[1]["phase"]
            raise AssertionError(
                f"20 s after the link is back the service is {phase}: there is no restart policy yet"
            ) from None
    return figures


not_here("F30b", "200 ms of delay on a link", "tc netem", "no false death", "this kernel has no netem")
