# SPDX-License-Identifier: Apache-2.0
"""What the machines of a recording are.

01_show_machine.py [RECORDING]
"""

import sys

import r1cluster

recording = r1cluster.load_recording(sys.argv[1]) if len(sys.argv) > 1 else r1cluster.example_recording()

# Readings are verbatim; interpret() says what they mean, with a Gap for whatever could not be seen.
cluster = r1cluster.interpret(recording)

for machine in cluster.machines:
    print(machine)
    print(f"{machine.host}: {len(machine.gpus)} GPUs, {len(machine.gaps)} gaps\n")
