#!/usr/bin/env bash
# Makes the environment of the peers, outside the repository: setup.sh [FOLDER].
# What cannot be installed is said, and compare.py reports it as missing later.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-${ADJOINT_PEERS:-$HOME/.cache/adjoint-peers}}
mkdir -p "$folder"

[ -x "$folder/bin/python" ] || python3 -m venv "$folder" || exit 1
for package in numpy torch jax casadi; do
  "$folder/bin/pip" install -q "$package" || echo "missing: $package"
done

if command -v swiftc >/dev/null; then
  swiftc -O "$here/differentiation/main.swift" -o "$folder/differentiation-peer" ||
    echo "missing: the toolchain's _Differentiation module"
fi

# On Debian: apt-get install g++ libadolc-dev
if echo '#include <adolc/adolc.h>' | g++ -x c++ -E - >/dev/null 2>&1; then
  g++ -O3 -march=native "$here/adolc/main.cpp" -ladolc -o "$folder/adolc-peer" ||
    echo "missing: ADOL-C does not compile"
else
  echo "missing: ADOL-C (apt-get install g++ libadolc-dev)"
fi
echo "peers are in $folder; run: ADJOINT_PEERS=$folder $here/compare.py"
