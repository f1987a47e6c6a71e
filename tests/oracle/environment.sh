#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts a version of vLLM into an environment of its own, to be asked which slices it reads, and prints the path of that
# environment's Python. No GPU is needed. The quickstart's environment serves too; this is for the other versions.
#
# Usage: environment.sh 0.7.1|0.9.2      (6 to 7 GB each, under ${R1CLUSTER_CACHE:-~/.cache/r1cluster})
set -euo pipefail

# The newest transformers that a version of vLLM was made for: its own metadata sets no upper bound.
case ${1:-} in
  0.7.1) transformers='transformers<4.49' ;;
  0.9.2) transformers='transformers<4.54' ;;
  *) sed -n '3,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
cache=${R1CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster}
environment=$cache/oracle-vllm-$1
mkdir -p "$cache"
exec 9>"$environment.lock"
flock 9
if [[ ! -e $environment/.complete ]]; then
  tools=$cache/tools
  [[ -x $tools/bin/python ]] || python3 -m venv "$tools"
  "$tools/bin/uv" --version >/dev/null 2>&1 || "$tools/bin/python" -m pip install --quiet uv
  rm -rf "$environment"
  "$tools/bin/uv" venv --quiet --no-project --python 3.11 "$environment"
  "$tools/bin/uv" pip install --quiet --python "$environment/bin/python" "vllm==$1" "$transformers" 'setuptools<75' >&2
  touch "$environment/.complete"
fi
echo "$environment/bin/python"
