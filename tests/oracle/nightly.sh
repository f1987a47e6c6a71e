#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares our slices with those of three versions of vLLM: every family, and random shapes; then serves from
# checkpoints that are NaN outside of the plan, over two and four hosts. Needs root, build/dev with the Python extension
# (tests/run.sh makes it), 20 GB for the versions of vLLM, and 10 GB of memory. Half an hour.
#
# Usage: nightly.sh [PYTEST ARGUMENT...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cache=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}
examples/quickstart/engine.sh cpu
tests/oracle/environment.sh 0.9.2
tests/oracle/environment.sh 0.7.1
for version in 0.4.3 0.4.6.post5 0.4.7 0.4.10 0.5.1 0.5.5 0.5.10 0.5.16 0.5.23; do
  tests/oracle/sglang_wheel.sh "$version"
done
python=$cache/tests-$(python3 -c 'import sys; print("py%d.%d" % sys.version_info[:2])')/bin/python
export PYTHONPATH=$PWD/build/dev/python
"$python" -m pytest -q --nightly "$@" tests/oracle
"$python" -m pytest -q --nightly "$@" tests/end_to_end/test_poison.py
