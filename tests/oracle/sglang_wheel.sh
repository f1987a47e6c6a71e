#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks the wheel of a release of SGLang, without anything that it needs besides, so that its argument parser can be
# asked, and prints the folder.
#
# Usage: sglang_wheel.sh VERSION      (up to 40 MB each, under ${R1CLUSTER_CACHE:-~/.cache/r1cluster})
set -euo pipefail

[[ ${1:-} =~ ^[0-9][0-9a-z.]*$ ]] || { sed -n '3,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
cache=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}
folder=$cache/oracle-sglang-$1
mkdir -p "$cache"
exec 9>"$folder.lock"
flock 9
if [[ ! -e $folder/.complete ]]; then
  rm -rf "$folder"
  python3 -m pip download --quiet --no-deps --python-version 3.11 --only-binary :all: --dest "$folder/wheels" \
    "sglang==$1" msgspec >&2
  for wheel in "$folder"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$folder"; done
  rm -rf "$folder/wheels"
  touch "$folder/.complete"
fi
echo "$folder"
