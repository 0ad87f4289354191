#!/usr/bin/env bash
# GPUS=8 bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [options of tools/train.py]
# Also in the environment: GPUS_PER_NODE, CPUS_PER_TASK, and SRUN_ARGS for more options of srun:
# SRUN_ARGS="--time=24:00:00 --signal=TERM@120" has the training save 2 minutes before its end.
set -euo pipefail
if [ $# -lt 4 ]; then
    echo "usage: bash $0 PARTITION JOB_NAME CONFIG WORK_DIR [options of tools/train.py]" >&2
    exit 2
fi
partition=$1 job_name=$2 config=$3 work_dir=$4
shift 4
gpus=${GPUS:-8}
gpus_per_node=${GPUS_PER_NODE:-$((gpus < 8 ? gpus : 8))}
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" MKL_NUM_THREADS="${MKL_NUM_THREADS:-1}"
status=0
# SRUN_ARGS is a list of options and meant to be split.
# shellcheck disable=SC2086
srun -p "$partition" --job-name="$job_name" --gres="gpu:$gpus_per_node" --ntasks="$gpus" \
    --ntasks-per-node="$gpus_per_node" --cpus-per-task="${CPUS_PER_TASK:-5}" \
    --kill-on-bad-exit=1 ${SRUN_ARGS:-} "${PYTHON:-python}" -u "$(dirname "$0")/train.py" \
    "$config" --work-dir "$work_dir" --launcher slurm "$@" || status=$?
if [ "$status" -ne 0 ] && [ -f "$work_dir/last_checkpoint" ]; then
    echo "Ended with exit status $status. The last checkpoint is" \
        "$(cat "$work_dir/last_checkpoint"): the same command with --resume goes on from it." >&2
fi
exit "$status"
