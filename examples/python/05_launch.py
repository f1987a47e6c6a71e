# SPDX-License-Identifier: Apache-2.0
"""What would be started where: r1cluster.up(spec) does the same with hosts that it reads, and starts it.

05_launch.py [RECORDING [SPEC]]
"""

import sys

import r1cluster

recording = r1cluster.load_recording(sys.argv[1]) if len(sys.argv) > 1 else r1cluster.example_recording()
spec = r1cluster.example_spec()
if len(sys.argv) > 2:
    spec = r1cluster.parse_spec(r1cluster.read_text_file(sys.argv[2]), sys.argv[2])

# With hosts instead of a recording: deployment = r1cluster.start(hosts, launch_plan)
launch_plan = r1cluster.decide(spec, recording).require_launch_plan()

print(launch_plan)
ready = launch_plan.readiness
print(f"ready when {ready.model} answers on {ready.address}:{ready.port} with {ready.ranks} ranks alive")
