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
assert recording.checkpoint is not None
cluster = r1cluster.interpret(recording)
checkpoint = r1cluster.parse_checkpoint(recording.checkpoint)
layout = r1cluster.plan_layouts(spec, cluster, checkpoint).layouts[0]
settings = r1cluster.choose_settings(spec, cluster, layout)

launch_plan = r1cluster.plan_launch(spec, cluster, layout, settings)

print(launch_plan)
ready = launch_plan.readiness
print(f"ready when {ready.model} answers on {ready.address}:{ready.port} with {ready.ranks} ranks alive")
