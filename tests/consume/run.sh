#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds and runs both consumers: run.sh BUILD_DIR, where BUILD_DIR is r1cluster with all its targets built.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
# Beside the build that we were given and with the flags of the preset "dev", so that ccache has every object already.
beside=$(mktemp -d "$(dirname "$build")/consume.XXXXXX")
trap 'rm -rf "$scratch" "$beside"' EXIT
CCACHE_BASEDIR=$(cd "$here/../.." && pwd)
export CCACHE_BASEDIR CCACHE_NOHASHDIR=1

# consume KIND FOLDER: builds the consumer in FOLDER and keeps what it prints.
consume() {
    cmake -S "$here/$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g1" \
        -DR1CLUSTER_WARNINGS_AS_ERRORS=ON -DCMAKE_PREFIX_PATH="$scratch/prefix" --no-warn-unused-cli \
        -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)"
    cmake --build "$2" --target print_plan
    (cd / && "$2/print_plan" "$scratch/example/cluster.toml" "$scratch/example/recording") > "$scratch/$1.txt"
    test -s "$scratch/$1.txt"
}

cmake --install "$build" --prefix "$scratch/prefix"
"$scratch/prefix/bin/r1cluster" example "$scratch/example"
consume installed "$scratch/installed"
consume subdirectory "$beside"
cmp "$scratch/installed.txt" "$scratch/subdirectory.txt"
cat "$scratch/installed.txt"
