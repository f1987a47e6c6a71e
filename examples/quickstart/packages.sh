#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the system packages that a job needs and that are missing; says which, and does nothing where all are there.
#
# Usage: packages.sh GROUP…   groups: build, hosts, tests, podman, docker, fuzz
#
# Debian 12 and newer, Ubuntu 24.04 and newer. Without root it prints the one command to run and goes on.
set -euo pipefail

# A name with "|" is the first one of them that this release has: the library needs Boost 1.81 or newer.
declare -A packages=(
  [build]="git g++ cmake ninja-build ccache libboost1.83-dev|libboost1.81-dev|libboost-dev libfmt-dev
    libtomlplusplus-dev libcli11-dev libssl-dev zlib1g-dev libzstd-dev pkgconf libpugixml-dev libibverbs-dev python3-dev
    python3-venv"
  [hosts]="openssh-server openssh-client iproute2"
  [tests]="catch2 haproxy nftables openssl shellcheck"
  [podman]="podman runc catatonit"
  [docker]="docker.io"
  [fuzz]="clang libclang-rt-dev"
)

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
is_offered() { apt-cache show "$1" >/dev/null 2>&1; }

# The one of "a|b|c" that is installed, else the first that can be.
choose() {
  local candidates name
  IFS='|' read -ra candidates <<<"$1"
  for name in "${candidates[@]}"; do if is_installed "$name"; then echo "$name"; return; fi; done
  for name in "${candidates[@]}"; do if is_offered "$name"; then echo "$name"; return; fi; done
  echo "${candidates[-1]}"
}

missing_of() {
  local entry name
  for entry in $1; do
    name=$(choose "$entry")
    if ! is_installed "$name"; then echo "$name"; fi
  done
}

[[ $# -gt 0 ]] || { sed -n '3,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
wanted=
for group in "$@"; do
  [[ -n ${packages[$group]:-} ]] || { echo "packages.sh: no group \"$group\"" >&2; exit 2; }
  wanted+=" ${packages[$group]}"
done

if ! command -v dpkg-query >/dev/null; then
  echo "not a Debian or Ubuntu system: please see that these are there: ${wanted//[[:space:]]/ }" >&2
  exit 0
fi
missing=$(missing_of "$wanted")
[[ -n $missing ]] || exit 0
if [[ $(id -u) != 0 ]]; then
  echo "missing system packages; please run: sudo apt-get install -y --no-install-recommends ${missing//$'\n'/ }" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo "updating the list of packages"
apt-get update -qq
missing=$(missing_of "$wanted")  # a fresh list may offer a better one
echo "installing ${missing//$'\n'/ }"
# shellcheck disable=SC2086 # names of packages have no spaces
apt-get install -y -qq --no-install-recommends $missing
