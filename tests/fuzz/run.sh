#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target for SECONDS each, from the kept corpus, with the address and undefined-behaviour sanitizers.
# Needs clang. New inputs are kept in build/fuzz/corpus; one that ends a target is in build/fuzz/found, and belongs into
# tests/fuzz/corpus together with the repair.
#
# Usage: run.sh SECONDS [TARGET…]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if ! [[ ${1:-} =~ ^[0-9]+$ ]]; then
  sed -n '3,7s/^# \{0,1\}//p' tests/fuzz/run.sh >&2
  exit 2
fi
seconds=$1
shift
targets=("$@")
if ((${#targets[@]} == 0)); then
  for folder in tests/fuzz/corpus/*/; do targets+=("$(basename "$folder")"); done
fi

# R1CLUSTER_SANITIZERS without libFuzzer's main: the library is instrumented, the programs bring the rest.
cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1" \
  -DR1CLUSTER_SANITIZERS=fuzzer-no-link,address,undefined -DR1CLUSTER_BUILD_FUZZERS=ON -DR1CLUSTER_BUILD_TESTS=OFF \
  -DR1CLUSTER_BUILD_CLI=OFF -DR1CLUSTER_BUILD_EXAMPLES=OFF >/dev/null
cmake --build build/fuzz --target fuzzers

mkdir -p build/fuzz/found
failed=0
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"
  log=build/fuzz/$target.log
  if build/fuzz/tests/fuzz/"fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/corpus/$target" \
    "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    printf '%-12s %s runs, nothing found\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    failed=1
    printf '%-12s FAILED, see %s\n' "$target" "$log"
    grep -m 3 -E 'does not hold|ERROR|runtime error|Test unit written' "$log" || true
  fi
done
exit $failed
