#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What tests/run.sh makes before it tests.
#
# Usage: prepare.sh python ENVIRONMENT          a Python environment with tests/requirements.txt in it
#        prepare.sh build ENVIRONMENT           build/dev, all targets
#        prepare.sh wheel ENVIRONMENT FOLDER    the wheel, unpacked into FOLDER as pip does it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ $# -ge 2 ]] || { sed -n '3,7s/^# \{0,1\}//p' tests/prepare.sh >&2; exit 2; }
environment=$2
python=$environment/bin/python
case $1 in
  python)
    # The list is the stamp, written last: a list that changed, or half an environment, means a new one.
    if ! cmp -s tests/requirements.txt "$environment/installed.txt"; then
      rm -rf "$environment"
      python3 -m venv "$environment"
      "$python" -m pip install --disable-pip-version-check -r tests/requirements.txt
      cp tests/requirements.txt "$environment/installed.txt"
    fi
    ;;
  build)
    cmake --preset dev -DPython3_EXECUTABLE="$python" -DPython_EXECUTABLE="$python" -DR1CLUSTER_BUILD_PYTHON=ON
    cmake --build --preset dev
    ;;
  wheel)
    rm -rf "$3"
    # Paths relative, as in the presets: what the release preset has compiled is not compiled again.
    CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CMAKE_CXX_COMPILER_LAUNCHER=ccache PATH="$environment/bin:$PATH" \
      "$python" -m pip install --disable-pip-version-check --no-build-isolation --no-deps --target "$3" .
    ;;
esac
