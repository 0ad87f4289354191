#!/usr/bin/env bash
# bash tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
# One process per GPU; without a GPU the processes share the CPU. Several machines: NNODES, NODE_RANK
# (0, 1, ...), MASTER_ADDR (of machine 0) and PORT in the environment, the same command on each.
set -euo pipefail
if [ $# -lt 2 ]; then
    echo "usage: bash $0 CONFIG PROCESSES [options of tools/train.py]" >&2
    exit 2
fi
config=$1 processes=$2 tools=$(dirname "$0")
shift 2
exec "${PYTHON:-python}" "$tools/dist_run.py" "$processes" \
    "$tools/train.py" "$config" --launcher pytorch "$@"
