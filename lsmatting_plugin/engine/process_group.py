"""The processes of one job: who each of them is, and how they find each other."""

import gc
import os
import subprocess
import threading
import time
from collections.abc import Mapping

import torch
import torch.distributed
from mmengine.config import Config

# What each launcher calls the number of a process, the number of all processes, and the number of
# the process on its machine.
VARIABLES = dict(
    pytorch=('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
    slurm=('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    mpi=('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'),
)
STARTERS = dict(
    pytorch='tools/dist_train.sh or torchrun', slurm='tools/slurm_train.sh or srun', mpi='mpirun'
)
LOCAL_HOST = '127.0.0.1'
# In the environment of torchrun's processes: the process that started them, see tools/dist_run.py.
LAUNCHER_PID = 'LSMATTING_LAUNCHER_PID'


def init_distributed(cfg: Config, local_rank: int = 0) -> None:
    """Prepares a config for several processes, and starts their group where mmengine cannot.

    mmengine's launchers call a CUDA function and assume a GPU per process; without any, the
    processes talk over gloo here, and the model is wrapped without a device. With GPUs mmengine
    starts the group, from the environment that this function completes.

    Args:
        cfg (Config): With ``launcher``; nothing happens where that is 'none'.
        local_rank (int): Of the command line, for launchers that set no ``LOCAL_RANK``.

    Raises:
        ValueError: The launcher did not start this process, a process has no GPU of its own, or
            ``sync_bn`` is asked for without GPUs.
    """
    if cfg.launcher == 'none':
        return
    if cfg.launcher == 'pytorch':
        end_with_launcher()
        os.environ.setdefault('LOCAL_RANK', str(local_rank))
    os.environ.update(process_environment(cfg.launcher, os.environ))
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), dict(type='BroadcastBuffersHook')]
    if torch.cuda.is_available():
        _require_gpu(int(os.environ['LOCAL_RANK']))
        return
    if cfg.get('sync_bn') and int(os.environ['WORLD_SIZE']) > 1:
        raise ValueError(
            'sync_bn (--sync-bn) needs GPUs: torch computes it nowhere else. Leave it out; each '
            'process then normalises its own images'
        )
    torch.distributed.init_process_group('gloo')
    cfg.env_cfg.dist_cfg = dict(backend='gloo')
    cfg.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False),
    )


def end_with_launcher() -> None:
    """Ends this process within about a second of torchrun's, however that ends.

    A killed torchrun leaves its processes behind: they would train on, or wait half an hour for its
    address, in a work folder that is then taken when the job is to be resumed.
    """
    launcher = int(os.environ.get(LAUNCHER_PID) or os.getppid())

    def watch() -> None:
        while os.getppid() == launcher:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def leave_group() -> None:
    """Waits for all other processes to come here, and ends the group, where there is one.

    A process that just ended would now and then be aborted: gloo's threads may not clear away their
    last tensors while Python shuts down. They end with the group, which the runner must not hold
    any longer.
    """
    if torch.distributed.is_initialized():
        is_nccl = torch.distributed.get_backend() == 'nccl'
        device_ids = [torch.cuda.current_device()] if is_nccl else None  # else it has to guess
        torch.distributed.barrier(device_ids=device_ids)
        torch.distributed.destroy_process_group()
        gc.collect()  # the network's wrapper holds it, too


def process_environment(launcher: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What torch reads to start a process group, from what a launcher says.

    Args:
        launcher (str): 'pytorch', 'slurm' or 'mpi'.
        environ (Mapping): The environment; a ``MASTER_ADDR`` and ``MASTER_PORT`` in it stay.

    Returns:
        dict: ``RANK``, ``WORLD_SIZE``, ``LOCAL_RANK``, ``MASTER_ADDR`` and ``MASTER_PORT``.

    Raises:
        ValueError: A variable of the launcher is missing.
    """
    rank, world_size, local_rank = VARIABLES[launcher]
    missing = [name for name in (rank, world_size, local_rank) if name not in environ]
    if missing:
        raise ValueError(
            f'--launcher {launcher}: {" and ".join(missing)} not set in the environment; start '
            f'with {STARTERS[launcher]}, or leave --launcher out for one process'
        )
    address = environ.get('MASTER_ADDR') or _address_of_first(launcher, environ)
    return dict(
        RANK=environ[rank],
        WORLD_SIZE=environ[world_size],
        LOCAL_RANK=environ[local_rank],
        MASTER_ADDR=address,
        MASTER_PORT=environ.get('MASTER_PORT') or _port_of_job(environ),
    )


def _address_of_first(launcher: str, environ: Mapping[str, str]) -> str:
    """Where process 0 runs."""
    if launcher == 'slurm':
        # Of the step where there is one: it may have fewer machines than the job.
        nodes = environ.get('SLURM_STEP_NODELIST') or environ.get('SLURM_NODELIST', '')
        if not any(sign in nodes for sign in '[,'):  # one machine
            return LOCAL_HOST
        try:
            names = subprocess.run(
                ['scontrol', 'show', 'hostnames', nodes], capture_output=True, text=True, check=True
            ).stdout.split()
        except (OSError, subprocess.CalledProcessError) as error:
            raise ValueError(
                f'"scontrol show hostnames {nodes}" fails ({error}): set MASTER_ADDR to the first '
                'machine of the job'
            ) from error
        return names[0]
    if launcher == 'mpi' and environ.get('OMPI_COMM_WORLD_LOCAL_SIZE') in (
        None,
        environ['OMPI_COMM_WORLD_SIZE'],
    ):
        return LOCAL_HOST
    raise ValueError(f'--launcher {launcher}: set MASTER_ADDR to the machine of process 0')


def _port_of_job(environ: Mapping[str, str]) -> str:
    """A port that two jobs of slurm on one machine do not share; else torch's own.

    Below 32768, from where on Linux gives ports to outgoing connections.
    """
    job = environ.get('SLURM_JOB_ID', '')
    if not job.isdigit():
        return '29500'
    step = int(environ.get('SLURM_STEP_ID', 0))
    return str(20000 + (int(job) * 7 + step) % 9500)


def _require_gpu(local_rank: int) -> None:
    count = torch.cuda.device_count()
    if local_rank >= count:
        raise ValueError(
            f'Process {local_rank} of this machine has no GPU of its own, for there are {count} '
            '(or CUDA_VISIBLE_DEVICES shows no more): start as many processes as GPUs'
        )
