#!/usr/bin/env bash
# bash tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
# Processes and machines as for tools/dist_train.sh. A method without training takes '' for CHECKPOINT.
set -euo pipefail
if [ $# -lt 3 ]; then
    echo "usage: bash $0 CONFIG CHECKPOINT PROCESSES [options of tools/test.py]" >&2
    exit 2
fi
config=$1 checkpoint=$2 processes=$3 tools=$(dirname "$0")
shift 3
exec "${PYTHON:-python}" "$tools/dist_run.py" "$processes" \
    "$tools/test.py" "$config" ${checkpoint:+"$checkpoint"} --launcher pytorch "$@"
