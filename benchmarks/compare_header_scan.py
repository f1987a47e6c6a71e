#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times plan_r1_headers against a scan of the same headers with the Python package `safetensors`, each run in a process
of its own, in turn: wall time, and CPU time for machines that do other things as well. Ours reads the headers, holds
them against config.json (with --index, and against the index) and ends with the shard plan of 16 ranks. The scan plans
nothing, in two forms:

- scan to facts: each tensor's file, dtype, shape and place in the file, kept by name. It is what a plan is made of, and
  what our reader has when the planning begins.
- bare scan: asks for each tensor's shape and dtype and keeps nothing. Nothing can be planned from it: it is the least
  that the package can be made to do for every tensor.

Starting Python and importing are not counted; numpy, which the first safe_open() would import (as long as half of a
scan), is imported before. Nor is loading our program.

Usage: compare_header_scan.py PLAN_R1_HEADERS FOLDER [RUNS]     (with a Python that has safetensors and numpy)
"""

import glob
import math
import os
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Callable

BYTES = {"BF16": 2, "F8_E4M3": 1, "F32": 4}  # of the tensors of R1


def bare_scan(folder: str) -> int:
    from safetensors import safe_open

    count = 0
    for path in sorted(glob.glob(f"{folder}/*.safetensors")):
        with safe_open(path, framework="np") as file:
            for name in file.keys():  # noqa: SIM118
                tensor = file.get_slice(name)
                tensor.get_shape()
                tensor.get_dtype()
                count += 1
    return count


def scan_to_facts(folder: str) -> int:
    from safetensors import safe_open

    facts = {}
    for path in sorted(glob.glob(f"{folder}/*.safetensors")):
        with open(path, "rb") as file:  # the package does not say where the data begin
            begin = 8 + struct.unpack("<Q", file.read(8))[0]
        with safe_open(path, framework="np") as file:
            for name in file.offset_keys():
                tensor = file.get_slice(name)
                shape, dtype = tensor.get_shape(), tensor.get_dtype()
                end = begin + math.prod(shape) * BYTES[dtype]
                facts[name] = (path, dtype, shape, begin, end)
                begin = end
        if begin != os.path.getsize(path):
            raise RuntimeError(path)
    return len(facts)


SCANS: dict[str, Callable[[str], int]] = {"scan to facts": scan_to_facts, "bare scan": bare_scan}


def timed(scan: Callable[[str], int], folder: str) -> str:
    import numpy  # noqa: F401
    import safetensors  # noqa: F401

    begin, cpu_begin = time.perf_counter(), time.process_time()
    count = scan(folder)
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu_begin
    return f"wall_ms {1000 * wall:.2f} cpu_ms {1000 * cpu:.2f} tensors {count}"


def main() -> int:
    if len(sys.argv) == 4 and sys.argv[1] in SCANS:
        print(timed(SCANS[sys.argv[1]], sys.argv[2]))
        return 0
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    program, folder = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) == 4 else 15
    commands = {
        "headers to plan": [program, folder],
        "headers and index to plan": [program, folder, "--index"],
        **{name: [sys.executable, __file__, name, folder, "once"] for name in SCANS},
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
            words = said.split()
            if run > 0:  # the first fills the page cache
                times[name].append((float(words[1]), float(words[3])))
            if run == runs:
                print(f"{name}:\n{said}", end="")
    for i, clock in enumerate(("wall", "CPU")):
        print(f"{clock} time in ms")
        medians = {name: statistics.median(pair[i] for pair in pairs) for name, pairs in times.items()}
        for name, pairs in times.items():
            of_clock = [pair[i] for pair in pairs]
            ratios = ", ".join(f"the {scan} {medians[scan] / medians[name]:.1f}" for scan in SCANS if name not in SCANS)
            print(
                f"  {name:26} min {min(of_clock):6.1f}  median {medians[name]:6.1f}  max {max(of_clock):6.1f}"
                + (f"  times as long: {ratios}" if ratios else "")
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
