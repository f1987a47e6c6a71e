# SPDX-License-Identifier: Apache-2.0
"""Networks that are cut, lossy, slow or other than they should be."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from hosts import CLEAN, FAILED, FINDINGS
from injections import CLIENT, NODE0, NODE1, asking, engine_pids, filtered, on, refused_status
from measure import GONE_S, Figures, cause, end_of_group, fault, not_here
from place import LEASE_S, Place, until


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
        assert "other0" in checked.stdout, checked.stdout
        wrong.write_text(text.replace(f'address = "{NODE1}"', f'address = "tcp://{NODE1}"'), encoding="utf-8")
        refused = place.r1cluster("check", str(wrong))
        assert refused.returncode == FAILED and "tcp://" in refused.stderr, refused.stderr
    finally:
        for name in ("other0", "other1"):
            on(place, "1", "ip", "link", "delete", name)
    return Figures(said=refused.stderr.strip())


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
