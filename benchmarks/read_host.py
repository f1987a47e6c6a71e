#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the reading of this machine against `nvidia-smi topo -m`, both as whole processes, in turn.

Usage: read_host.py R1CLUSTER_BINARY [RUNS]

Prints the minimum, median and maximum of each in ms, and the ratio of the medians.
"""

import statistics
import subprocess
import sys
import time


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=60)
    return time.perf_counter() - begin


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    runs = int(sys.argv[2]) if len(sys.argv) == 3 else 21
    commands = {
        "r1cluster show --json": [sys.argv[1], "show", "--json"],
        "nvidia-smi topo -m": ["nvidia-smi", "topo", "-m"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if run > 0:  # the first fills caches
                times[name].append(1000 * taken)
    for name, all_ms in times.items():
        print(f"{name:22} min {min(all_ms):6.1f}  median {statistics.median(all_ms):6.1f}  max {max(all_ms):6.1f} ms")
    ours, theirs = (statistics.median(all_ms) for all_ms in times.values())
    print(f"ratio of medians: {ours / theirs:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
