# SPDX-License-Identifier: Apache-2.0
"""What would be started where: r1cluster.up(spec) does the same with hosts that it reads, and starts it.

05_launch.py [RECORDING [SPEC]]
"""

import sys

import r1cluster

folder = sys.argv[1] if len(sys.argv) > 1 else "examples/data/two-h100-hosts"
spec_path = sys.argv[2] if len(sys.argv) > 2 else "examples/data/cluster.toml"

spec = r1cluster.parse_spec(r1cluster.read_text_file(spec_path), spec_path)
recording = r1cluster.load_recording(folder)

# With hosts instead of a recording: deployment = r1cluster.start(hosts, launch_plan)
launch_plan = r1cluster.decide(spec, recording).require_launch_plan()

print(launch_plan)
ready = launch_plan.readiness
print(f"ready when {ready.model} answers on {ready.address}:{ready.port} with {ready.ranks} ranks alive")
