"""What the command-line tools do between reading their arguments and starting the runner."""

import argparse
import logging
import os
from pathlib import Path

import torch
import torch.distributed
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.runner import Runner

from ..config_io import add_config_options, read_config
from ..parallel import available_cores


def add_launch_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that training and testing share."""
    parser.add_argument(
        '--work-dir', help='logs and checkpoints; default: work_dirs/<name of the config>'
    )
    add_config_options(parser)
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how several processes were started',
    )
    # torchrun sets the environment variable; older launchers pass either spelling.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def load_config(args: argparse.Namespace) -> Config:
    """The config of ``args.config`` with the shared options applied.

    Raises:
        FileNotFoundError: There is no such config.
        ValueError: It cannot be read, or describes no model.
    """
    cfg = read_config(args.config, args.cfg_options)
    cfg.launcher = args.launcher
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = f'work_dirs/{Path(args.config).stem}'
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        _limit_workers(cfg.get(name))
    return cfg


def _limit_workers(dataloader: dict | None) -> None:
    """No more loader processes than cores, of which torch would warn."""
    if dataloader:
        processes = int(os.environ.get('LOCAL_WORLD_SIZE', 1))
        cores = max(1, available_cores() // processes)
        dataloader.num_workers = min(dataloader.get('num_workers', 0), cores)
        if dataloader.num_workers == 0:
            dataloader.persistent_workers = False  # torch refuses it without workers


def init_distributed(cfg: Config, local_rank: int) -> None:
    """Starts the process group where mmengine cannot: several processes without a GPU.

    mmengine's own launcher calls a CUDA function and assumes a GPU per process; here the processes
    talk over gloo, and the model is wrapped without a device.
    """
    if cfg.launcher != 'pytorch' or torch.cuda.is_available():
        return
    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    torch.distributed.init_process_group('gloo')
    cfg.env_cfg.dist_cfg = dict(backend='gloo')
    cfg.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False),
    )


def build_runner(cfg: Config) -> Runner:
    """The runner of a config.

    What it would print at length goes to its log file alone, and a list of metrics is computed
    beside the network, by :class:`.MattingEvaluator`.
    """
    return _ToolRunner.from_cfg(cfg)


class _ToolRunner(Runner):
    """A runner whose console shows what happens, and whose log file holds everything."""

    def build_evaluator(self, evaluator: dict | list | Evaluator) -> Evaluator:
        if isinstance(evaluator, list):
            evaluator = dict(type='lsmatting_plugin.MattingEvaluator', metrics=evaluator)
        return super().build_evaluator(evaluator)

    def build_logger(self, *args, **kwargs) -> MMLogger:
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            # A file handler is a stream handler too.
            if not isinstance(handler, logging.FileHandler):
                handler.addFilter(_is_news)
        return logger


# Dumps of many pages, mmengine's warnings of its own outdated calls, and the four lines that it
# spends on each parameter whose weight decay differs.
BACKGROUND_NOISE = (
    'Config:',
    'Exp name:',
    '\n---',
    'Hooks will be executed',
    'paramwise_options',
    '"FileClient" will',
    '"HardDiskBackend" is',
    'Distributed training is not used, all SyncBatchNorm',
)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a log line tells somebody at the screen anything."""
    return not record.getMessage().startswith(BACKGROUND_NOISE)
