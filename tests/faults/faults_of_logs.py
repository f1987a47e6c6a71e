# SPDX-License-Identifier: Apache-2.0
"""What an engine prints: too much, too late, or meant for a terminal."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from hosts import CLEAN
from injections import fails_to_start
from measure import Figures, fault
from place import Place, until


def flood(place: Place, megabytes: int) -> Figures:
    place.fault("flood.api", str(megabytes))
    place.spec = place.write_spec(timeout=120)
    process = place.r1cluster.start("up", str(place.spec))
    drain = threading.Thread(target=lambda: setattr(process, "said", process.communicate()), daemon=True)
    drain.start()
    until(lambda: place.pids("node0", "--host"), 60, "the engine starts")
    begin, peak = time.monotonic(), 0
    guard = place.said("node0")["guard_pid"]
    until(lambda: place.pids("node0", "VLLM::EngineCore"), 110, "the flood is over", 0.02)
    seconds = time.monotonic() - begin
    for line in Path(f"/proc/{guard}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            peak = int(line.split()[1]) >> 10
    drain.join(60)
    assert process.returncode == CLEAN, process.said
    assert peak < 128, f"the guard took {peak} MiB"
    return Figures(note=f"{megabytes / seconds:.0f} MB/s, guard at most {peak} MiB")


@fault("F47", "64 MiB of log in one go", "the guard's memory stays bounded", times=2)
def log_flood(place: Place) -> Figures:
    """A flood of log takes no memory (W15: its speed is what the engine is held to)."""
    return flood(place, 64)


NASTY = "\x1b]0;owned\x07\x1b[2J\u009b31m\u0085\x7f\u202e\x08\r\x00"


@fault(
    "B7",
    "an engine prints ESC, OSC, BEL, C1, DEL, NUL and a bidirectional control, then 4 MiB without a line end",
    "nothing that a terminal obeys reaches it",
)
def foreign_text(place: Place) -> Figures:
    """What an engine prints reaches a terminal as text."""

    place.fault("lines.rank1", NASTY + "ERROR " + NASTY + "\n" + "x" * (4 << 20))
    with place.serving():
        said = [place.r1cluster(verb, str(place.spec)) for verb in ("status", "logs")] + [place.up()]
    text = "".join(done.stdout + done.stderr for done in said)
    obeyed = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert not obeyed, f"reached the terminal: {sorted(set(obeyed))!r}"
    assert "owned" in text, "the line is not in the log at all"
    return Figures(note=f"{len(text)} characters shown")


@fault(
    "B4",
    "an error behind 6 MiB of log, then exit 1",
    "`up` exits with 1 and names it; what was left out is said",
    is_short=True,
)
def error_behind_log(place: Place) -> Figures:
    """An error behind much log is found."""
    place.fault("flood.api", "6")
    place.fault("exit.api", "1 OSError: [Errno 98] Address already in use")
    return fails_to_start(place, "Address already in use", "node0")
