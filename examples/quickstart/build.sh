#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the r1cluster executable and prints its path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# nvml.h comes from PyPI; CMake finds it through the interpreter that it is given.
tools=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}/tools
if ! "$tools/bin/python" -c 'import nvidia.nvml_dev' 2>/dev/null; then
  if ! "$tools/bin/python" -m pip --version >/dev/null 2>&1; then python3 -m venv --clear "$tools"; fi
  "$tools/bin/python" -m pip install --disable-pip-version-check nvidia-nvml-dev-cu12
fi

# A warning of a compiler that we have not seen yet is no reason to stop here.
cmake --preset release -DPython3_EXECUTABLE="$tools/bin/python" \
  -DR1CLUSTER_BUILD_TESTS=OFF -DR1CLUSTER_BUILD_EXAMPLES=OFF -DR1CLUSTER_WARNINGS_AS_ERRORS=OFF
cmake --build --preset release --target r1cluster_cli
echo "$PWD/build/release/src/cli/r1cluster"
