#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares our slices with those of three versions of vLLM: every family, and random shapes. Needs build/dev with the
# Python extension (tests/run.sh makes it). A few minutes, and 20 GB for the versions of vLLM.
#
# Usage: nightly.sh [PYTEST ARGUMENT...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cache=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}
examples/quickstart/engine.sh cpu
tests/oracle/environment.sh 0.9.2
tests/oracle/environment.sh 0.7.1
python=$cache/tests-$(python3 -c 'import sys; print("py%d.%d" % sys.version_info[:2])')/bin/python
PYTHONPATH=$PWD/build/dev/python exec "$python" -m pytest -q --nightly "$@" tests/oracle
