#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs both commands of the README in fresh Debian systems, as root and as an ordinary login. Needs root and
# debootstrap.
#
# Usage: roots.sh [--quick] [--build] [--user root|login] [SUITE…]     SUITE: bookworm, trixie (default: both)
#        --quick   tests/run.sh --quick
#        --build   instead of both commands: build the executable with the system's packages, and run it once
#        --user    only as this user
#
# A system is a folder under ${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}/roots, made anew each time
# from a base that is kept. It has what debootstrap installs, the packages that a user is told to have (bash, python3,
# git), and the commit that is checked out here. What this machine needs to reach a mirror and PyPI goes along:
# apt.conf.d, certificates, pip.conf, and the variables of proxies and certificates. R1CLUSTER_MIRROR names another
# mirror of Debian.
#
# Mounts, processes and namespaces of a run end with it. The log goes to standard output; its last lines are one for
# each run. Exit code 1 if a run failed. docs/measurements keeps a log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick=() builds_only=false users=(root login) suites=()
while (($# > 0)); do
  case $1 in
    --quick) quick=(--quick) ;;
    --build) builds_only=true ;;
    --user) users=("$2"); shift ;;
    bookworm | trixie) suites+=("$1") ;;
    *) sed -n '3,20s/^# \{0,1\}//p' tests/roots.sh >&2; exit 2 ;;
  esac
  shift
done
((${#suites[@]} > 0)) || suites=(bookworm trixie)
[[ $(id -u) == 0 ]] || { echo "roots.sh: needs root, for debootstrap and chroot" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "roots.sh: needs debootstrap (apt install debootstrap)" >&2; exit 2; }

mirror=${R1CLUSTER_MIRROR:-http://deb.debian.org/debian}
roots=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}/roots
mkdir -p "$roots"
results=()

say() { printf '%s  %s\n' "$(date +%T)" "$*"; }

# What reaches the network here, for another root.
give_network() {
  local root=$1 file
  cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
  for file in /etc/apt/apt.conf.d/* /etc/apt/auth.conf.d/* /etc/pip.conf /usr/local/share/ca-certificates/*.crt; do
    [[ -f $file && ! -e $root$file ]] || continue
    case $file in *docker* | *autoremove* | *packagekit* | *appstream* | *debconf*) continue ;; esac
    mkdir -p "$root${file%/*}"
    cp "$file" "$root$file"
  done
}

# base SUITE: the folder of a base that is kept. Its name is final once it is complete.
base() {
  local folder=$roots/$1-base
  if [[ ! -d $folder ]]; then
    rm -rf "$folder.unfinished"
    debootstrap --variant=minbase "$1" "$folder.unfinished" "$mirror" >&2
    mv "$folder.unfinished" "$folder"
  fi
  echo "$folder"
}

# inside ROOT COMMAND…: runs in the root with mounts and processes of its own, which end with the command.
inside() {
  local root=$1
  shift
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount --pid --fork --kill-child --propagation private bash -euc '
    root=$1; shift
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t tmpfs tmpfs "$root/run"
    exec chroot "$root" "$@"' - "$root" "$@"
}

environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
  DEBIAN_FRONTEND=noninteractive)
along='^(https?_proxy|no_proxy|all_proxy|pip_cert|pip_index_url|pip_default_timeout|ssl_cert_file|requests_ca_bundle)='
while IFS= read -r line; do environment+=("$line"); done < <(env | grep -iE "$along" || true)

# prepare SUITE ROOT: a fresh system with a clone of this checkout, owned by the login "one".
prepare() {
  local suite=$1 root=$2 made
  made=$(base "$suite")
  rm -rf --one-file-system "$root"
  cp -a "$made" "$root"
  give_network "$root"
  inside "$root" env -i "${environment[@]}" bash -euc '
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends bash python3 git ca-certificates passwd util-linux >/dev/null
    useradd --create-home --shell /bin/bash one'
  git bundle create -q "$root/home/one/source.bundle" HEAD
  inside "$root" env -i "${environment[@]}" bash -euc '
    cd /home/one
    chown one: source.bundle
    su one -c "git clone -q source.bundle r1cluster"
    cp -a r1cluster /root/r1cluster
    chown -R root: /root/r1cluster'
}

# as USER ROOT COMMAND: the command line in a clone of the user's own, with the soft limit of a default login.
as() {
  # shellcheck disable=SC2016 # for the inner shell
  if [[ $1 == root ]]; then
    inside "$2" env -i "${environment[@]}" HOME=/root bash -c 'cd /root/r1cluster && eval "$1"' - "$3"
  else
    inside "$2" env -i "${environment[@]}" HOME=/home/one bash -c 'ulimit -Sn 1024
      exec setpriv --reuid one --regid one --init-groups bash -c "cd /home/one/r1cluster && eval \"\$1\"" - "$1"' - "$3"
  fi
}

# run SUITE USER ROOT COMMAND: one line of the result.
run() {
  local colour began=$SECONDS status=0 name="$1, as $2: $4"
  say "$name"
  as "$2" "$3" "$4" </dev/null 2>&1 || status=$?
  if ((status == 0)); then colour=green; else colour="red ($status)"; fi
  results+=("$(printf '%-9s %5d s  %s' "$colour" $((SECONDS - began)) "$name")")
  say "${results[-1]}"
  return "$status"
}

build_and_run='examples/quickstart/packages.sh build && examples/quickstart/build.sh &&
  build/release/src/cli/r1cluster show'
failed=0
for suite in "${suites[@]}"; do
  for user in "${users[@]}"; do
    root=$roots/$suite-$user
    say "$suite: a fresh system"
    prepare "$suite" "$root"
    if [[ $user != root ]]; then
      # An administrator does this once; the scripts name the packages to a user who may not install them.
      packages=/root/r1cluster/examples/quickstart/packages.sh
      inside "$root" env -i "${environment[@]}" "$packages" build hosts tests >/dev/null
    fi
    if $builds_only; then
      run "$suite" "$user" "$root" "$build_and_run" || failed=1
    else
      run "$suite" "$user" "$root" examples/quickstart.sh || failed=1
      run "$suite" "$user" "$root" "tests/run.sh ${quick[*]}" || failed=1
    fi
    rm -rf --one-file-system "$root"
  done
done
printf '\n'
printf '%s\n' "${results[@]}"
exit "$failed"
