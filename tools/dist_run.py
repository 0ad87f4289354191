"""Several processes of a tool, by torchrun; what ended them is said in words.

python tools/dist_run.py PROCESSES tools/train.py CONFIG --launcher pytorch

Several machines: NNODES, NODE_RANK (0, 1, ...), MASTER_ADDR (of machine 0) and PORT in the
environment, the same command on each.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

import torch
from torch.distributed import run as torchrun
from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError


def main() -> None:
    """Starts the processes, waits for them, and explains how they ended."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    processes, script, *words = sys.argv[1:]
    try:
        options = [*machines(os.environ), f'--nproc_per_node={processes}']
    except KeyError as missing:
        sys.exit(f'NNODES is set, but not {missing.args[0]}')
    args = torchrun.parse_args([*options, script, *words])
    count = torchrun.determine_local_world_size(args.nproc_per_node)
    for name in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS'):
        # torchrun and mmengine would take 1, with a warning, and waste a machine without a GPU.
        os.environ.setdefault(name, str(max(1, torch.get_num_threads() // count)))
    os.environ['LSMATTING_LAUNCHER_PID'] = str(os.getpid())  # see engine/process_group.py
    try:
        torchrun.run(args)
    except ChildFailedError as error:
        from lsmatting_plugin.engine.ended_job import what_ended  # seldom needed, and slow

        leave(1, what_ended(error.failures), script, words)
    except SignalException as error:
        leave(128 + error.sigval, f'Ended by {error.sigval.name}.', script, words)


def machines(environ: Mapping[str, str]) -> list[str]:
    """Torchrun's options of which machines form a job.

    Raises:
        KeyError: There are several, and a variable is missing.
    """
    if int(environ.get('NNODES') or 1) == 1:
        # On a free port, so that jobs do not meet.
        return ['--standalone', '--local_addr=127.0.0.1']
    return [
        f'--nnodes={environ["NNODES"]}',
        f'--node_rank={environ["NODE_RANK"]}',
        f'--master_addr={environ["MASTER_ADDR"]}',
        f'--master_port={environ.get("PORT") or 29500}',
    ]


def leave(status: int, reason: str, script: str, words: list[str]) -> None:
    """Ends with a reason and, for a training, how to go on."""
    print(f'\n{reason}', file=sys.stderr)
    if Path(script).name == 'train.py':
        from train import work_dir_of

        from lsmatting_plugin.engine.last_checkpoint import how_to_go_on

        with suppress(OSError, ValueError):  # of a config that cannot be read, as was said
            print(how_to_go_on(work_dir_of(words)), file=sys.stderr)
    sys.exit(status)


if __name__ == '__main__':
    main()
