#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes readers of bytes from outside under the address and undefined-behaviour sanitizers, one on each core at a time,
# from the kept corpus. Builds what that needs in build/fuzz, and installs clang where it is missing.
#
# Usage: run.sh [SECONDS] [TARGET…] [SECONDS TARGET…]…
#
# A number is for the targets behind it, and for all where none is named; 60 without one. The target
# "damaged_recordings" reads 1,000 damaged recordings instead, however long that takes.
#
# A target fails at a sanitizer's report, an invariant that does not hold, an input that takes 10 s, and 512 MiB of
# memory. Its input is in build/fuzz/found then, and belongs into tests/fuzz/corpus together with the repair. Inputs that
# reach new code are kept in build/fuzz/corpus, from where the next run goes on.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly binaries=build/fuzz/tests/fuzz found=build/fuzz/found logs=build/fuzz/logs
readonly memory_mb=512 hang_seconds=10
declare -A seconds_of=()
order=()

add() {
  [[ -v seconds_of[$1] ]] || order+=("$1")
  seconds_of[$1]=$2
}

read_arguments() {
  local seconds=60 argument
  for argument in "$@"; do
    if [[ $argument =~ ^[0-9]+$ ]]; then
      seconds=$argument
    elif [[ $argument == damaged_recordings || -d tests/fuzz/corpus/$argument ]]; then
      add "$argument" "$seconds"
    else
      printf 'run.sh: no target "%s"\n\n' "$argument" >&2
      sed -n '3,13s/^# \{0,1\}//p' tests/fuzz/run.sh >&2
      exit 2
    fi
  done
  if ((${#order[@]} == 0)); then
    for argument in damaged_recordings tests/fuzz/corpus/*/; do add "$(basename "$argument")" "$seconds"; done
  fi
}

build() {
  examples/quickstart/packages.sh build fuzz && cmake --preset fuzz && cmake --build --preset fuzz
}

# Takes the place of the shell, so that its process id is the one to end.
run_one() {
  local name=$1 seconds=$2
  if [[ $name == damaged_recordings ]]; then exec timeout -k 10 600 "$binaries/$name" tests 1000; fi
  mkdir -p "build/fuzz/corpus/$name"
  # libFuzzer looks after time and memory itself; the outer limit is for the case that it hangs.
  exec timeout -k 10 $((seconds + 300)) "$binaries/fuzz_$name" -max_total_time="$seconds" -timeout=$hang_seconds \
    -rss_limit_mb=$memory_mb -max_len=16384 -print_final_stats=1 -artifact_prefix="$found/$name-" \
    "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name"
}

stat() { sed -n "s/^stat::$2: *//p" "$logs/$1.log"; }

# said NAME STATUS: one line, and all that is needed to see it again after a failure.
said() {
  local name=$1 log=$logs/$1.log result='nothing found' input
  if (($2 != 0)); then result="FAILED (exit code $2)"; fi
  if [[ $name == damaged_recordings ]]; then
    printf '%-18s %s: %s\n' "$name" "$(tail -n 1 "$log" | grep refused || echo 'ended early')" "$result"
    if (($2 != 0)); then
      printf '  again: %s tests 1 %s\n' "$binaries/$name" "$(grep -xE '[0-9]+' "$log" | tail -n 1)"
    fi
  else
    printf '%-18s %9s runs, %6s/s, %4s MiB at most: %s\n' "$name" "$(stat "$name" number_of_executed_units)" \
      "$(stat "$name" average_exec_per_sec)" "$(stat "$name" peak_rss_mb)" "$result"
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    if [[ -n $input ]]; then printf '  input: %s\n  again: %s %s\n' "$input" "$binaries/fuzz_$name" "$input"; fi
  fi
  if (($2 != 0)); then
    grep -m 5 -E 'does not hold|ERROR: |runtime error|SUMMARY: ' "$log" | sed 's/^/  /' || true
    printf '  log: %s\n' "$log"
  fi
}

read_arguments "$@"
mkdir -p "$found" "$logs"
if ! build >"$logs/build.log" 2>&1; then
  tail -n 30 "$logs/build.log" >&2
  printf 'fuzzers do not build; log: %s\n' "$logs/build.log" >&2
  exit 1
fi

# Of freed memory ASan holds back 256 MiB by default, which would count as ours. Without llvm-symbolizer, addr2line of
# binutils names the lines.
export ASAN_OPTIONS=quarantine_size_mb=32:allow_addr2line=1:${ASAN_OPTIONS:-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
declare -A name_of=()
trap 'kill "${!name_of[@]}" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
failed=0
next=0
while ((next < ${#order[@]} || ${#name_of[@]} > 0)); do
  if ((next < ${#order[@]} && ${#name_of[@]} < $(nproc))); then
    name=${order[next]}
    run_one "$name" "${seconds_of[$name]}" </dev/null >"$logs/$name.log" 2>&1 &
    name_of[$!]=$name
    next=$((next + 1))
    continue
  fi
  status=0
  wait -n -p ended "${!name_of[@]}" || status=$?
  if ((status != 0)); then failed=$((failed + 1)); fi
  said "${name_of[$ended]}" "$status"
  unset "name_of[$ended]"
done
exit $((failed > 0))
