# SPDX-License-Identifier: Apache-2.0
"""What is not as a deployment needs it, and what could not be judged.

02_check.py [RECORDING [SPEC]]
"""

import sys

import r1cluster

recording = r1cluster.load_recording(sys.argv[1]) if len(sys.argv) > 1 else r1cluster.example_recording()
spec = r1cluster.example_spec()
if len(sys.argv) > 2:
    spec = r1cluster.parse_spec(r1cluster.read_text_file(sys.argv[2]), sys.argv[2])

# Every rule is applied to what was decided; a rule that lacks a fact answers "unknown", which is never a pass.
report = r1cluster.decide(spec, recording).report

print(report)
print("ready to start" if report.is_clean() else "not ready to start")
