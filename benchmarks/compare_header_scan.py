#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times plan_r1_headers against a scan of the same headers with the Python package `safetensors`, each run in a process
of its own, in turn: wall time, and CPU time for machines that do other things as well. Ours ends with the shard plan of
16 ranks. The scan asks for each tensor's shape and dtype, which is the least that a planner in Python has to do, and
plans nothing. Starting Python and importing is not counted.

Usage: compare_header_scan.py PLAN_R1_HEADERS FOLDER [RUNS]     (with a Python that has safetensors and numpy)
"""

import glob
import statistics
import subprocess
import sys
import time


def scan(folder: str) -> str:
    from safetensors import safe_open

    begin, cpu_begin = time.perf_counter(), time.process_time()
    for path in sorted(glob.glob(f"{folder}/*.safetensors")):
        with safe_open(path, framework="np") as file:
            for name in file.keys():  # noqa: SIM118
                tensor = file.get_slice(name)
                tensor.get_shape()
                tensor.get_dtype()
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu_begin
    return f"wall_ms {1000 * wall:.2f} cpu_ms {1000 * cpu:.2f}"


def main() -> int:
    if len(sys.argv) == 3 and sys.argv[1] == "--scan":
        print(scan(sys.argv[2]))
        return 0
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    program, folder = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) == 4 else 15
    commands = {
        "headers to plan": [program, folder],
        "headers and index to plan": [program, folder, "--index"],
        "Python scan": [sys.executable, __file__, "--scan", folder],
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
            words = said.split()
            if run > 0:  # the first fills the page cache
                times[name].append((float(words[1]), float(words[3])))
            if run == runs and name != "Python scan":
                print(f"{name}:\n{said}", end="")
    for i, clock in enumerate(("wall", "CPU")):
        print(f"{clock} time in ms")
        medians = {name: statistics.median(pair[i] for pair in pairs) for name, pairs in times.items()}
        for name, pairs in times.items():
            of_clock = [pair[i] for pair in pairs]
            ratio = medians["Python scan"] / medians[name]
            print(
                f"  {name:26} min {min(of_clock):6.1f}  median {medians[name]:6.1f}  max {max(of_clock):6.1f}"
                f"  the scan takes {ratio:.1f} times as long"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
