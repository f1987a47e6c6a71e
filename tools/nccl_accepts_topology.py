#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that NCCL accepts the topology that r1cluster writes, and makes of it what it makes of the machine itself.

Usage: nccl_accepts_topology.py R1CLUSTER_BINARY OUTPUT_FOLDER

Needs PyTorch with CUDA and two GPUs or more. Runs the same all-reduce twice, without and with NCCL_TOPO_FILE, and
compares rings, channels, the paths that NCCL prints and the topology that it dumps. Exits 1 where they differ.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

WORKER = """
import os, torch, torch.distributed as dist
rank = int(os.environ["RANK"])
torch.cuda.set_device(rank)
address = "tcp://127.0.0.1:" + os.environ["PORT"]
dist.init_process_group("nccl", init_method=address, rank=rank, world_size=int(os.environ["WORLD_SIZE"]))
data = torch.ones(1 << 20, device="cuda")
dist.all_reduce(data)
torch.cuda.synchronize()
assert data[0].item() == dist.get_world_size()
dist.destroy_process_group()
"""


def all_reduce(folder: Path, name: str, gpus: int, port: int, environment: dict[str, str]) -> str:
    """The log of rank 0."""
    ranks = []
    for rank in range(gpus):
        env = os.environ | environment
        env |= {"RANK": str(rank), "WORLD_SIZE": str(gpus), "PORT": str(port)}
        env |= {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_SUBSYS": "INIT,GRAPH,ENV"}
        # On every rank, of which one writes: NCCL 2.28 waits for ever where only some have it.
        env |= {"NCCL_TOPO_DUMP_FILE": str(folder / f"{name}.xml")}
        log = (folder / f"{name}.{rank}.log").open("w")
        ranks.append(subprocess.Popen([sys.executable, "-c", WORKER], env=env, stdout=log, stderr=log))
    codes = [rank.wait(timeout=180) for rank in ranks]
    text = (folder / f"{name}.0.log").read_text()
    if any(codes):
        raise SystemExit(f"{name}: exit codes {codes}\n{text[-3000:]}")
    return text


def said(log: str) -> dict[str, list[str]]:
    """What NCCL made of the topology; process numbers and addresses are left out."""
    lines = [line.split("NCCL INFO ", 1)[1].strip() for line in log.splitlines() if "NCCL INFO " in line]
    return {
        "system": [line for line in lines if line.startswith(("=== System", "CPU/", "+ ", "GPU/", "NET/", "NVS/"))],
        "rings": [line for line in lines if re.match(r"Ring \d+ :|Channel \d+/\d+ :|Trees \[", line)],
        "channels": [line for line in lines if re.match(r"\d+ coll channels", line)],
        "patterns": [line for line in lines if line.startswith("Pattern ")],
    }


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    binary, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    ours = folder / "r1cluster.xml"
    subprocess.run([binary, "show", "--nccl-topology", str(ours)], check=True, timeout=60)
    shown = subprocess.run([binary, "show", "--json"], check=True, capture_output=True, timeout=60).stdout
    gpus = len(json.loads(shown)["machines"][0]["gpus"])
    without = said(all_reduce(folder, "without", gpus, 29611, {}))
    with_file = said(all_reduce(folder, "with", gpus, 29612, {"NCCL_TOPO_FILE": str(ours)}))
    differing = 0
    for part, lines in without.items():
        same = lines == with_file[part] and bool(lines)
        differing += not same
        print(f"{'same   ' if same else 'DIFFERS'} {part}: {len(lines)} lines")
        if not same:
            print("  without: " + "\n           ".join(lines))
            print("  with:    " + "\n           ".join(with_file[part]))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
