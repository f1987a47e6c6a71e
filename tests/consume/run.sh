#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds and runs both consumers: run.sh BUILD_DIR, where BUILD_DIR is a built r1cluster.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../../examples/data
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/prefix" --component development > "$scratch/install.log"
for kind in installed subdirectory; do
    # Debug, as quick to build as can be; the launcher is that of the build we were given.
    cmake -S "$here/$kind" -B "$scratch/$kind" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_PREFIX_PATH="$scratch/prefix" \
        -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" > "$scratch/$kind.log"
    cmake --build "$scratch/$kind" --target print_plan
    (cd / && "$scratch/$kind/print_plan" "$data/cluster.toml" "$data/two-h100-hosts") > "$scratch/$kind.txt"
    test -s "$scratch/$kind.txt"
done
cmp "$scratch/installed.txt" "$scratch/subdirectory.txt"
cat "$scratch/installed.txt"
