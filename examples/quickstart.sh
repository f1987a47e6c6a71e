#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From bare hosts to a served token, on one machine without a GPU: builds r1cluster, gets vLLM, makes a tiny model of
# DeepSeek-R1's architecture and two hosts that are reached over ssh, serves the model across both, asks it a question,
# and takes everything down again.
#
# Usage: quickstart.sh [--keep] [--runtime podman|docker]
#
#   --keep      leave it running, and say how to look at it and how to end it
#   --runtime   run the engine in containers; the image has links to folders of this machine, so no registry is needed
#
# As root the hosts are network namespaces, each with its own sshd; otherwise they are 127.0.0.1 and 127.0.0.2, without
# ssh. What takes long to get (vLLM, the model, the build) is kept under ${R1CLUSTER_CACHE:-~/.cache/r1cluster} and in
# build/; nothing else stays. It can be interrupted and run again at any point.
#
# Exit code: 0 if the answer was right word for word and nothing was left; otherwise not 0.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
parts=$source_dir/examples/quickstart
binary=$source_dir/build/release/src/cli/r1cluster
# shellcheck source=examples/quickstart/steps.sh
source "$parts/steps.sh"

export R1CLUSTER_CACHE=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}
question="What did you do today?"
keep=false
runtime=
usage() { sed -n '3,17s/^# \{0,1\}//p' "$0" >&2; exit 2; }
while [[ $# -gt 0 ]]; do
  case $1 in
    --keep) keep=true ;;
    --runtime) runtime=${2:-}; shift; [[ $runtime == podman || $runtime == docker ]] || usage ;;
    *) usage ;;
  esac
  shift
done

say() { printf '%s\n' "$@" >&2; }

# ---- what runs, and how it is taken down --------------------------------------------------------------------------

run_dir=      # everything of this run; its name is also the deployment's
has_hosts=false
may_be_up=false

# r1cluster as the machine beside the hosts runs it. Without namespaces, what it writes is kept inside of run_dir too.
r1cluster() {
  if [[ -e $run_dir/hosts ]]; then
    "$parts/two_hosts.sh" exec "$run_dir" client "$binary" "$@" \
      --ssh-config "$run_dir/ssh_config"
  else
    TMPDIR=$run_dir/tmp XDG_STATE_HOME=$run_dir/state "$binary" "$@"
  fi
}

end_hosts() {
  if [[ -e $run_dir/hosts ]]; then "$parts/two_hosts.sh" down "$run_dir"; else rm -rf "$run_dir"; fi
}

image_name() { echo "r1cluster-quickstart/links:$(basename "$run_dir" | tr . -)"; }

make_image() {
  python3 "$parts/image.py" "$run_dir/tmp/image.tar"
  "$runtime" import "$run_dir/tmp/image.tar" "$(image_name)"
  rm "$run_dir/tmp/image.tar"
}

remove_image() { "$runtime" rmi --force "$(image_name)" >/dev/null 2>&1 || true; }

on_exit() {
  local status=$?
  trap '' INT TERM
  end_running_step
  if [[ -n $run_dir && -e $run_dir ]]; then
    if $may_be_up; then r1cluster down "$run_dir/cluster.toml" --purge >/dev/null || true; fi
    if [[ -n $runtime ]]; then remove_image; fi
    end_hosts || status=1
  fi
  exit "$status"
}

# A run that was killed could not tidy up after itself.
end_killed_runs() {
  local owner
  for owner in "${TMPDIR:-/tmp}"/r1q.*/owner; do
    [[ -O $owner ]] || continue
    if grep -qs quickstart.sh "/proc/$(cat "$owner")/cmdline"; then continue; fi
    run_dir=${owner%/owner}
    if [[ -e $run_dir/kept ]]; then continue; fi
    say "ending what a killed run left: $run_dir"
    if [[ ! -e $run_dir/hosts && -e $run_dir/cluster.toml && -x $binary ]]; then
      r1cluster down "$run_dir/cluster.toml" --purge >/dev/null
    fi
    end_hosts
    run_dir=
  done
}

# Everything that a run could leave on this machine, one thing a line.
traces() {
  local name
  name=$(basename "$1")
  if command -v ip >/dev/null; then ip netns list | cut -d' ' -f1 | grep -x "${name//./-}-.*" | sed 's/^/namespace /' || true; fi
  grep -lzF "$1" /proc/[0-9]*/environ 2>/dev/null | sed 's/^/process /;s/environ$/cmdline/' | grep -v "/$$/" || true
  find /sys/fs/cgroup -type d -name "r1cluster-$name*" 2>/dev/null | sed 's/^/cgroup /' || true
  # Hosts in namespaces have a /dev/shm of their own, which two_hosts.sh looks into.
  $has_hosts || find /dev/shm -mindepth 1 -maxdepth 1 -user "$(id -un)" 2>/dev/null | sed 's/^/shared memory /' || true
  find "${TMPDIR:-/tmp}" -mindepth 1 -maxdepth 1 -name "$name" 2>/dev/null | sed 's/^/folder /' || true
  [[ -n $runtime ]] || return 0
  "$runtime" ps --all --format '{{.Names}}' | grep -F "r1cluster-$name-" | sed 's/^/container /' || true
  "$runtime" volume ls --quiet | grep -F "r1cluster-$name-" | sed 's/^/volume /' || true
  "$runtime" images --format '{{.Repository}}:{{.Tag}}' | grep -F "${name//./-}" | sed 's/^/image /' || true
}

# ---- the steps ----------------------------------------------------------------------------------------------------

can_make_hosts() {
  [[ $(id -u) == 0 ]] && command -v ip >/dev/null && PATH=$PATH:/usr/sbin command -v sshd >/dev/null &&
    unshare --net true 2>/dev/null
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Where this machine is a container itself, what a runtime asks for by default may be more than is allowed.
limit_options() {
  if "$runtime" run --rm --network host --volume /usr:/usr:ro --entrypoint /usr/bin/true "$(image_name)" 2>/dev/null; then return; fi
  echo "\"--ulimit\", \"nofile=$(ulimit -Hn)\", \"--ulimit\", \"nproc=4096\""
}

# The engine's environment, its interpreter and the model are folders of this machine.
write_container() {
  local mounts="\"/usr:/usr:ro\", \"$R1CLUSTER_CACHE:$R1CLUSTER_CACHE:ro\"" interpreter
  interpreter=$(readlink -f "$engine_python")
  if [[ $interpreter != /usr/* ]]; then mounts+=", \"${interpreter%/bin/*}:${interpreter%/bin/*}:ro\""; fi
  printf '\n[container]\nimage = "%s"\nruntime = "%s"\npull = "never"\nshm_bytes = "1 GiB"\n' "$(image_name)" "$runtime"
  printf 'mounts = [%s]\noptions = [%s]\n' "$mounts" "$(limit_options)"
}

write_spec() {
  local i transport=local addresses=(127.0.0.1 127.0.0.2) port
  if $has_hosts; then
    transport=ssh addresses=(10.77.0.1 10.77.0.2) port=8000
  else
    port=$(free_port)
  fi
  {
    echo "name = \"$(basename "$run_dir")\""
    for i in 0 1; do
      printf '\n[[host]]\nname = "node%d"\naddress = "%s"\ntransport = "%s"\n' "$i" "${addresses[$i]}" "$transport"
    done
    printf '\n[model]\npath = "%s"\nserved_name = "tiny-r1"\n' "$model"
    printf '\n[engine]\npython = "%s"\nkv_cache_bytes = "256 MiB"\nstart_timeout_s = 600\n' "$engine_python"
    if [[ -n $runtime ]]; then write_container; fi
    printf '\n[serve]\naddress = "%s"\nport = %d\nmax_model_len = 512\n' "${addresses[0]}" "$port"
    # Namespaces of this machine: nobody else is there.
    if $has_hosts; then echo 'is_unprotected = true'; fi
    printf '\n[layout]\ntensor_parallel = 1\npipeline_parallel = 2\n'
  } >"$run_dir/cluster.toml"
  endpoint=http://${addresses[0]}:$port/v1
}

ask() {
  local command=(python3 "$parts/chat.py" "$endpoint" tiny-r1 "$question" "$expected")
  if $has_hosts; then command=("$parts/two_hosts.sh" exec "$run_dir" client "${command[@]}"); fi
  "${command[@]}"
}

expected_answer() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/questions_and_answers.json"))[sys.argv[2]])' \
    "$model" "$question"
}

mkdir -p "$R1CLUSTER_CACHE"
logs=$R1CLUSTER_CACHE/quickstart-logs
mkdir -p "$logs"
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

end_killed_runs
step "system packages" "$logs/packages.log" "$parts/packages.sh" build hosts ${runtime:+"$runtime"}
grep -E '^(missing|installing|not a)' "$logs/packages.log" >&2 || true
step "build r1cluster" "$logs/build.log" "$parts/build.sh"
step "vLLM" "$logs/engine.log" "$parts/engine.sh"
engine_python=$(tail -n 1 "$logs/engine.log")
model=$R1CLUSTER_CACHE/tiny-r1-$(sha256sum "$parts/tiny_model.py" | cut -c1-8)
step "tiny model" "$logs/model.log" "$engine_python" "$parts/tiny_model.py" "$model"
expected=$(expected_answer)

run_dir=$(mktemp -d "${TMPDIR:-/tmp}/r1q.XXXXXX")
echo $$ >"$run_dir/owner"
mkdir "$run_dir/tmp"
if can_make_hosts; then has_hosts=true; fi
before=$(traces "$run_dir")
if $has_hosts; then
  step "two hosts with sshd" "$logs/hosts.log" "$parts/two_hosts.sh" up "$run_dir"
else
  say "no namespaces for this user: the hosts are 127.0.0.1 and 127.0.0.2, without ssh"
fi
if [[ -n $runtime ]]; then step "image of links" "$logs/image.log" make_image; fi
write_spec
say "" "$run_dir/cluster.toml:"
sed 's/^/    /' "$run_dir/cluster.toml" >&2
may_be_up=true
shown_step "r1cluster up" r1cluster up "$run_dir/cluster.toml"
say "" "asking: $question"
shown_step "one chat completion" ask
shown_step "r1cluster status" r1cluster status "$run_dir/cluster.toml"

if $keep; then
  touch "$run_dir/kept"
  say "" "it keeps running; its folder is $run_dir"
  if $has_hosts; then
    prefix="$(printf '%q' "$parts/two_hosts.sh") exec $run_dir client "
    say "  status: ${prefix}$(printf '%q' "$binary") status $run_dir/cluster.toml --ssh-config $run_dir/ssh_config" \
      "  end:    $(printf '%q' "$parts/two_hosts.sh") down $run_dir"
  else
    say "  end:    XDG_STATE_HOME=$run_dir/state $(printf '%q' "$binary") down $run_dir/cluster.toml --purge"
  fi
  run_dir=
  exit 0
fi

shown_step "r1cluster down --purge" r1cluster down "$run_dir/cluster.toml" --purge
may_be_up=false
if [[ -n $runtime ]]; then remove_image; fi
if $has_hosts; then
  left_on_hosts=$("$parts/two_hosts.sh" left "$run_dir" || true)
else
  left_on_hosts=$(find "$run_dir/tmp" "$run_dir/state" -mindepth 1)
fi
finished_dir=$run_dir
shown_step "hosts taken down" end_hosts
run_dir=
after=$(traces "$finished_dir")
new=$(comm -13 <(sort <<<"$before") <(sort <<<"$after"))

say ""
list_steps
if [[ -n $left_on_hosts$new ]]; then
  say "" "left behind:" "$left_on_hosts" "$new"
  exit 1
fi
say "" "nothing was left: no process, namespace, cgroup, shared memory or folder of this run" "the answer was right, word for word"
