# SPDX-License-Identifier: Apache-2.0
"""The environment that the engine's processes need on each host, and why.

03_configure.py [RECORDING [SPEC]]
"""

import sys

import r1cluster

recording = r1cluster.load_recording(sys.argv[1]) if len(sys.argv) > 1 else r1cluster.example_recording()
spec = r1cluster.example_spec()
if len(sys.argv) > 2:
    spec = r1cluster.parse_spec(r1cluster.read_text_file(sys.argv[2]), sys.argv[2])
settings = r1cluster.decide(spec, recording).require_settings()

for host in settings.hosts:
    print(f"# {host.host}, over {host.interface}")
    print(r1cluster.render_env_file(host), end="")
    for setting in host.settings:
        print(f"#   {setting.name}: {setting.because}")
