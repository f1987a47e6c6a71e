# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced: runs the steps of a job with progress, and lists what each one took.

step_names=()
step_seconds=()
step_pid=

now_ms() { echo $(($(date +%s%N) / 1000000)); }
seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# last_words LOG N: the end of a log as one short line of at most N characters. A log may end or be cut in the middle of one.
last_words() {
  local LC_ALL=C.UTF-8 line
  line=$(tail -c 2000 "$1" 2>/dev/null | iconv -c -f UTF-8 -t UTF-8 2>/dev/null | tr '\r' '\n' |
    sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | grep -v '^[[:space:]]*$' | tail -n 1) || true
  printf '%s' "${line:0:$2}"
}

end_of_step() {
  step_names+=("$1")
  step_seconds+=("$(seconds_since "$2")")
}

# step NAME LOG COMMAND…: runs the command with its output in LOG. On a terminal one line shows the time and the log's
# last words; elsewhere a line comes every 15 seconds. The log's end is shown when the command fails.
step() {
  local name=$1 log=$2 begin status=0 said=0 elapsed
  shift 2
  begin=$(now_ms)
  "$@" </dev/null >"$log" 2>&1 &
  step_pid=$!
  while kill -0 "$step_pid" 2>/dev/null; do
    elapsed=$((($(now_ms) - begin) / 1000))
    if [[ -t 2 ]]; then
      printf '\r\033[K%s … %d s  %s' "$name" "$elapsed" "$(last_words "$log" 60)" >&2
    elif ((elapsed - said >= 15)); then
      printf '%s … %d s  %s\n' "$name" "$elapsed" "$(last_words "$log" 100)" >&2
      said=$elapsed
    fi
    sleep 0.2
  done
  wait "$step_pid" || status=$?
  step_pid=
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
  if ((status != 0)); then
    printf '%s: failed with exit code %d; the end of %s:\n' "$name" "$status" "$log" >&2
    tail -n 30 "$log" >&2
    return "$status"
  fi
  end_of_step "$name" "$begin"
  printf '%s: %s s\n' "$name" "${step_seconds[-1]}" >&2
}

# shown_step NAME COMMAND…: the same for a command that shows its own progress.
shown_step() {
  local name=$1 begin status=0
  shift
  printf '%s:\n' "$name" >&2
  begin=$(now_ms)
  "$@" || status=$?
  if ((status != 0)); then
    printf '%s: failed with exit code %d\n' "$name" "$status" >&2
    return "$status"
  fi
  end_of_step "$name" "$begin"
}

# Ends a step that an interruption left running.
end_running_step() {
  if [[ -n $step_pid ]]; then
    kill "$step_pid" 2>/dev/null || true
    wait "$step_pid" 2>/dev/null || true
  fi
}

list_steps() {
  local i
  for i in "${!step_names[@]}"; do printf '%8s s  %s\n' "${step_seconds[$i]}" "${step_names[$i]}"; done
}
