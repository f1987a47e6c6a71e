#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# CPU seconds, seconds and peak memory of builds with nothing cached: benchmarks/cold_build.sh [WHAT...], where WHAT is
#   executable (the library and the r1cluster executable, as released), bindings (the Python extension module above it,
#   as pip builds it), tests (the library, the executable, the examples and the tests, unoptimised) or quickstart (configure and
#   executable). All but quickstart without WHAT. Prints one row of Markdown for each; the slowest steps go to standard error.
# SOURCE=FOLDER measures another checkout, JOBS=N builds N files at once (as many as there are cores).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
source_dir=${SOURCE:-$here} jobs=${JOBS:-$(nproc)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CCACHE_DISABLE=1

# measured NAME COMMAND...: a row with what the command and all that it waited for took.
measured() {
    python3 - "$@" <<'END'
import resource
import subprocess
import sys
import time

name, command = sys.argv[1], sys.argv[2:]
began = time.monotonic()
subprocess.run(command, check=True, stdout=sys.stderr)
took = time.monotonic() - began
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = usage.ru_utime + usage.ru_stime
print(f"| {name} | {cpu:.0f} | {took:.0f} | {usage.ru_maxrss // 1024} |", flush=True)
END
}

# configure FOLDER OPTION...
configure() {
    cmake -S "$source_dir" -B "$scratch/$1" -G Ninja -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "${@:2}" >&2
}

# slowest FOLDER: the ten steps of the build that took longest.
slowest() {
    awk -v OFS='\t' 'NR > 1 { print ($2 - $1) / 1000 " s", $4 }' "$scratch/$1/.ninja_log" | sort -rn | sed -n 1,10p >&2
}

release=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" -DR1CLUSTER_BUILD_TESTS=OFF -DR1CLUSTER_BUILD_EXAMPLES=OFF)
python3 -c 'import os; print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")' >&2
echo "| build | CPU s | s with $jobs jobs | largest process, MiB |"
echo "|---|---|---|---|"
[[ $# -gt 0 ]] || set -- executable bindings tests
for what in "$@"; do
    case $what in
        executable)
            configure release "${release[@]}"
            measured "executable, -O2" cmake --build "$scratch/release" -j "$jobs" --target r1cluster_cli
            slowest release
            ;;
        bindings)
            [[ -d $scratch/release ]] || configure release "${release[@]}"
            cmake "$scratch/release" -DR1CLUSTER_BUILD_PYTHON=ON "-DPython_EXECUTABLE=$(command -v python3)" >&2
            cmake --build "$scratch/release" -j "$jobs" --target r1cluster_cli >&2
            measured "bindings above it, -O2" cmake --build "$scratch/release" -j "$jobs" --target r1cluster_python
            slowest release
            ;;
        tests)
            configure dev -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g1"
            measured "library, executable, examples and tests, -O0" cmake --build "$scratch/dev" -j "$jobs"
            slowest dev
            ;;
        quickstart)
            # shellcheck disable=SC2016  # the inner shell expands them
            measured "quickstart's configure and build" bash -c '
                cmake -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=Release -DR1CLUSTER_BUILD_TESTS=OFF -DR1CLUSTER_BUILD_EXAMPLES=OFF
                cmake --build "$2" -j "$3"' - "$source_dir" "$scratch/quickstart" "$jobs"
            ;;
        *)
            echo "cold_build.sh: unknown build \"$what\"; known are executable, bindings, tests and quickstart" >&2
            exit 2
            ;;
    esac
done
