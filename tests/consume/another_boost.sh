#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs a service with another Boost and another fmt beside r1cluster: once with libr1cluster.a and once with
# libr1cluster.so, and looks at the names that both export.
#
# Usage: another_boost.sh BUILD_DIR     r1cluster with all its targets built
#
# The other versions are packages of Debian, fetched once into
# ${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}. Exit code 77: they cannot be fetched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
source_dir=$(cd "$here/../.." && pwd)
another=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}/another-boost
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CCACHE_BASEDIR=$source_dir CCACHE_NOHASHDIR=1

# fetch PATH SHA256: unpacks a package of Debian's pool.
fetch() {
  local mirror=${R1CLUSTER_MIRROR:-http://deb.debian.org/debian}
  python3 - "$mirror/pool/main/$1" "$scratch/package.deb" "$2" <<'END' || exit 77
import hashlib, sys, urllib.request
try:
    content = urllib.request.urlopen(sys.argv[1], timeout=60).read(64 << 20)
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
if hashlib.sha256(content).hexdigest() != sys.argv[3]:
    sys.exit(f"{sys.argv[1]}: not the file that was expected")
open(sys.argv[2], "wb").write(content)
END
  dpkg-deb -x "$scratch/package.deb" "$another.unfinished"
}

# Versions that are not those of this system, which r1cluster was built with.
if [[ ! -d $another ]]; then
  rm -rf "$another.unfinished"
  if grep -qs '"1_88"' /usr/include/boost/version.hpp; then
    fetch b/boost1.83/libboost1.83-dev_1.83.0-4.2_amd64.deb \
      1f11fc6fb2ffe9378a0f0ebc8f2fd9223fb958b4a40bb9381c67a8857d947ca3
  else
    fetch b/boost1.88/libboost1.88-dev_1.88.0-1_amd64.deb \
      4f9599afe8039a130320325e6bcb41b135f3c607ab678c643ae1ef29f411cada
  fi
  if grep -qs 'FMT_VERSION 10' /usr/include/fmt/core.h; then
    fetch f/fmtlib/libfmt-dev_9.1.0+ds1-2_amd64.deb \
      c8fa00dd0269e6eda9fd06668df3d720de4b5a1f647dcd3c6e0ba63f0cbf2150
  else
    fetch f/fmtlib/libfmt-dev_10.1.1+ds1-4_amd64.deb \
      c084df80e2842bc57157e8def529f4ca6bc8743d005550b56a5ef96c9bc92f0f
  fi
  mv "$another.unfinished" "$another"
fi

# only_ours FILE NM_OPTION…: no name is global but those of namespace r1cluster.
only_ours() {
  local file=$1 strangers
  shift
  strangers=$(nm --defined-only --extern-only "$@" "$file" | awk 'NF >= 3 { print $3 }' |
    grep -vE '^_Z(T[ISV]|GV)?N[KVRO]*9r1cluster' | c++filt || true)
  if [[ -n $strangers ]]; then
    printf '%s exports names that are not of r1cluster:\n%s\n' "$file" "$(head -n 20 <<<"$strangers")" >&2
    return 1
  fi
  printf '%s: %d names, all of r1cluster\n' "${file##*/}" \
    "$(nm --defined-only --extern-only "$@" "$file" | grep -c ' [TWVDBR] ')"
}

# consume NAME CMAKE_OPTION…
consume() {
  local name=$1
  cmake -S "$here/another_boost" -B "$scratch/$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g1" \
    -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" \
    -DANOTHER_INCLUDE="$another/usr/include" -DENGINE_STAND_IN="$build/tests/programs/engine_stand_in" "${@:2}"
  cmake --build "$scratch/$name"
  for agent in own-agent installed-agent; do
    echo "$name library, $agent:"
    mkdir -p "$scratch/home"
    (cd / && HOME=$scratch/home XDG_STATE_HOME=$scratch/home "$scratch/$name/service" "$agent")
  done
}

cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
library=$(find "$scratch/prefix" -name libr1cluster.a)
only_ours "$library"
consume static

cmake --build "$build" --target r1cluster_shared
only_ours "$build/hidden/libr1cluster.so" --dynamic
consume shared -DSHARED_LIBRARY="$build/hidden/libr1cluster.so"
