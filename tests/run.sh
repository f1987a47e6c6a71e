#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds everything and runs every test. Installs what is missing: system packages (as root), and Python packages into
# an environment of its own under ${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}.
#
# Usage: run.sh [--quick]     --quick: without fuzzing, the wheel, and starting the engine
#
# The last line is "N passed, M failed, K skipped"; exit code 1 if anything failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=examples/quickstart/steps.sh
source examples/quickstart/steps.sh
quick=false
case ${1:-} in
  '') ;;
  --quick) quick=true ;;
  *) sed -n '3,8s/^# \{0,1\}//p' tests/run.sh >&2; exit 2 ;;
esac

export R1CLUSTER_CACHE=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}
results=$(mktemp -d)
trap 'end_running_step; rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0 failed=0 skipped=0

skip() {
  skipped=$((skipped + 1))
  printf '%s: skipped: %s\n' "$1" "$2" >&2
}

# part NAME COMMAND…: one test that passes when its command does.
part() {
  local name=$1
  shift
  if step "$name" "$results/${name// /_}.log" "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# part_or_skip NAME REASON COMMAND…: the same, but exit code 77 skips it.
part_or_skip() {
  local name=$1 reason=$2 status=0
  shift 2
  step "$name" "$results/${name// /_}.log" "$@" || status=$?
  case $status in
    0) passed=$((passed + 1)) ;;
    77) skip "$name" "$reason" ;;
    *) failed=$((failed + 1)) ;;
  esac
}

# shown_part NAME COMMAND…: the same for a command that shows its own progress.
shown_part() {
  if shown_step "$@" >&2; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# part_with_report NAME COMMAND…: many tests, which the command counts in a JUnit file at $results/report.xml. A test
# whose output has "cases: ..." (tests/support/main.cpp) counts as that many. A command that fails without a failed test in
# its report counts as one failure.
part_with_report() {
  local name=$1 log=$results/${1// /_}.log status=0 counts
  shift
  rm -f "$results/report.xml"
  step "$name" "$log" "$@" || status=$?
  counts=$(python3 - "$results/report.xml" <<'END'
import re, sys, xml.etree.ElementTree as tree
passed = bad = skipped = 0
try:
    tests = list(tree.parse(sys.argv[1]).getroot().iter("testcase"))
except (OSError, tree.ParseError):
    tests = []
for test in tests:
    output = test.findtext("system-out") or ""
    cases = re.search(r"^cases: (\d+) passed, (\d+) failed, (\d+) skipped$", output, re.M)
    if cases:
        passed, bad, skipped = (sum(n) for n in zip((passed, bad, skipped), map(int, cases.groups())))
        sys.stderr.writelines(line + "\n" for line in output.splitlines() if line.startswith("SKIPPED: "))
    elif test.find("failure") is not None or test.find("error") is not None:
        bad += 1
    elif test.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1
print(passed, bad, skipped)
END
)
  read -r p f s <<<"$counts"
  if ((status != 0 && f == 0)); then f=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  printf '%s: %d passed, %d failed, %d skipped\n' "$name" "$p" "$f" "$s" >&2
  if ((s > 0)); then grep -E '^SKIPPED|Skipped' "$log" >&2 || true; fi
}

finish() {
  echo >&2
  list_steps >&2
  echo "$passed passed, $failed failed, $skipped skipped"
  exit $((failed > 0))
}

sources() { if git rev-parse --git-dir >/dev/null 2>&1; then git ls-files "$@"; else find . -path ./build -prune -o -name "$1" -print; fi; }

venv=$R1CLUSTER_CACHE/tests-$(python3 -c 'import sys; print("py%d.%d" % sys.version_info[:2])')
mkdir -p "$R1CLUSTER_CACHE"
if ! step "system packages" "$results/packages.log" examples/quickstart/packages.sh build hosts tests podman ||
  ! step "Python packages" "$results/venv.log" tests/prepare.sh python "$venv" ||
  ! step "build" "$results/build.log" tests/prepare.sh build "$venv"; then
  failed=1
  finish
fi
passed=1  # the build
export PATH=$venv/bin:$PATH R1CLUSTER_BUILD_DIR=$PWD/build/dev R1CLUSTER_BINARY=$PWD/build/dev/src/cli/r1cluster
pytest=("$venv/bin/python" -m pytest -q --junit-xml="$results/report.xml")

part_with_report "C++ tests" ctest --preset dev --test-output-size-passed 1000000 --output-junit "$results/report.xml"
part "headers compile alone" cmake --build --preset dev --target all_verify_interface_header_sets
part_with_report "Python tests" env PYTHONPATH="$PWD/build/dev/python" "${pytest[@]}" tests/python
part "stubs are up to date" env PYTHONPATH="$PWD/build/dev/python" "$venv/bin/python" tools/update_stubs.py --check
part "consumers" tests/consume/run.sh build/dev
part_or_skip "a consumer with another Boost" "the other Boost cannot be fetched" \
  tests/consume/another_boost.sh build/dev
part_with_report "bad input" "${pytest[@]}" tests/end_to_end/test_bad_input.py
part_with_report "a service behind the proxy" "${pytest[@]}" tests/end_to_end/test_service_behind_proxy.py
part_with_report "containers" "${pytest[@]}" tests/end_to_end/test_containers.py
part_with_report "SGLang, a stand-in" "${pytest[@]}" tests/end_to_end/test_sglang.py

part "ruff check" ruff check .
part "ruff format" ruff format --check .
readarray -t scripts < <(sources '*.sh')
part "shellcheck" shellcheck -x "${scripts[@]}" .ci/run
clang_format_major=$(clang-format --version 2>/dev/null | grep -oE 'version [0-9]+' | grep -oE '[0-9]+' || true)
if [[ $clang_format_major == 14 ]]; then
  readarray -t cpp_files < <(sources '*.[ch]pp')
  part "clang-format" clang-format --dry-run -Werror "${cpp_files[@]}"
else
  skip "clang-format" "the format is that of clang-format 14; this is ${clang_format_major:-not installed}"
fi

if $quick; then
  skip "fuzzing" "--quick"
  skip "the wheel" "--quick"
  skip "faults" "--quick"
  skip "two hosts with the engine" "--quick"
else
  shown_part "fuzzing" tests/fuzz/run.sh damaged_recordings \
    30 import nccl_topology hwloc nvidia_smi lspci topo_matrix recording interpret \
    15 safetensors checkpoint config json engine_plan engine_log
  part "build and install the wheel" tests/prepare.sh wheel "$venv" "$results/wheel"
  if [[ -x $results/wheel/bin/r1cluster ]]; then
    # Without what starts other programs than the wheel's.
    part_with_report "Python tests with the wheel" env PYTHONPATH="$results/wheel" "${pytest[@]}" tests/python \
      --ignore tests/python/test_proxy.py --ignore tests/python/test_usage.py
  fi
  part_with_report "faults" "${pytest[@]}" tests/faults
  part_with_report "two hosts with the engine" "${pytest[@]}" tests/end_to_end/test_two_hosts.py
  # After the engine was installed for the former.
  part_with_report "NaN outside of the plan" env PYTHONPATH="$PWD/build/dev/python" "${pytest[@]}" tests/end_to_end/test_poison.py
  part_with_report "slices as the engine's" env PYTHONPATH="$PWD/build/dev/python" "${pytest[@]}" tests/oracle
fi
finish
