# SPDX-License-Identifier: Apache-2.0
"""How the model is spread over the machines, and which bytes of it each host needs.

04_plan.py [RECORDING [SPEC]]
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

plan = r1cluster.plan_layouts(spec, cluster, checkpoint)
print(r1cluster.show(plan, explain=True))

shards = r1cluster.plan_shards(plan.layouts[0], checkpoint)
for host in shards.hosts:
    needed = r1cluster.format_bytes(host.bytes)
    print(f"{host.host} needs {needed} of {r1cluster.format_bytes(checkpoint.tensor_bytes())}")
