# SPDX-License-Identifier: Apache-2.0
"""How the model is spread over the machines, and which bytes of it each host needs.

04_plan.py [RECORDING [SPEC]]
"""

import sys

import r1cluster

recording = r1cluster.load_recording(sys.argv[1]) if len(sys.argv) > 1 else r1cluster.example_recording()
spec = r1cluster.example_spec()
if len(sys.argv) > 2:
    spec = r1cluster.parse_spec(r1cluster.read_text_file(sys.argv[2]), sys.argv[2])
decision = r1cluster.decide(spec, recording)

print(r1cluster.show(decision.plan, explain=True))

# Raises the reason where nothing fits, or where the recording has no checkpoint.
best = decision.require_layout()
assert decision.checkpoint is not None
shards = r1cluster.plan_shards(best, decision.checkpoint)
for host in shards.hosts:
    needed = r1cluster.format_bytes(host.bytes)
    print(f"{host.host} needs {needed} of {r1cluster.format_bytes(decision.checkpoint.tensor_bytes())}")
