"""What the command-line tools do between reading their arguments and starting the runner."""

import argparse
import logging
import os
import warnings
from functools import partial
from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict
from mmengine.device import get_device
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import DataLoader

from ..checkpoint_fit import require_resumable
from ..config_io import add_config_options, read_config
from ..datasets.transforms.randomness import seed_worker
from ..parallel import available_cores
from .interrupt_hook import InterruptHook
from .loading_error import LoadingError
from .runner_parts import hooks_of
from .shared_batch import SharedCollate
from .training_stopped import TrainingStopped


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
    cores = _cores_of_process(args.launcher)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        _limit_workers(cfg.get(name), cores)
    return cfg


def _cores_of_process(launcher: str) -> int:
    """This process's share of the machine."""
    cores = available_cores()
    if launcher == 'slurm':  # which need not bind a task to its cores
        return min(cores, int(os.environ.get('SLURM_CPUS_PER_TASK', cores)))
    return max(1, cores // int(os.environ.get('LOCAL_WORLD_SIZE', 1)))


def _limit_workers(dataloader: ConfigDict | None, cores: int) -> None:
    """No more loader processes than cores, of which torch would warn."""
    if dataloader:
        dataloader.num_workers = min(dataloader.get('num_workers', 0), cores)
        if dataloader.num_workers == 0:  # without workers torch refuses both
            dataloader.persistent_workers = False
            dataloader.timeout = 0


def effective_batch_size(cfg: Config, world_size: int) -> int:
    """Images behind one step of the optimiser.

    Args:
        cfg (Config): Of a training.
        world_size (int): Processes.

    Returns:
        int: processes * images per process * batches whose gradients are accumulated.
    """
    accumulated = cfg.optim_wrapper.get('accumulative_counts', 1)
    return world_size * cfg.train_dataloader.batch_size * accumulated


def build_runner(cfg: Config) -> Runner:
    """The runner of a config.

    What it would print at length goes to its log file alone, and a list of metrics is computed
    beside the network, by :class:`.MattingEvaluator`.
    """
    return _ToolRunner.from_cfg(cfg)


class _ToolRunner(Runner):
    """A runner whose console shows what happens, and whose log file holds everything."""

    def train(self) -> nn.Module:
        try:
            return super().train()
        except TrainingStopped as stop:
            if stop.is_early:
                self.call_hook('after_train')
                self.call_hook('after_run')
            raise
        finally:
            for hook in hooks_of(self, InterruptHook):
                hook.restore()

    def load_checkpoint(self, filename: str, *args, **kwargs) -> dict:
        self.checkpoint_file = str(filename)  # which the hooks name when it does not fit
        checkpoint = super().load_checkpoint(filename, *args, **kwargs)
        if self._resume:
            require_resumable(checkpoint, self.checkpoint_file)
        return checkpoint

    def wrap_model(self, model_wrapper_cfg: dict | None, model: nn.Module) -> nn.Module:
        if self.cfg.get('sync_bn') and self.world_size == 1:
            self.logger.info('sync_bn changes nothing: there is one process.')
            self.cfg.sync_bn = None
        if not any(parameter.requires_grad for parameter in model.parameters()):
            return model.to(get_device())  # a method without training; DDP would refuse it
        # CPUs and GPUs convolve fastest with channels last; the features follow the weights. Before
        # the wrapper, which notes the order. torch's types lack this argument.
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        with warnings.catch_warnings():
            # mmengine's, which torch 2.13 calls by another name.
            warnings.filterwarnings('ignore', '`broadcast_buffers` is deprecated')
            return super().wrap_model(model_wrapper_cfg, model)

    def scale_lr(self, optim_wrapper: OptimWrapper, auto_scale_lr: dict | None = None) -> None:
        """As mmengine's, which leaves accumulated gradients out of account."""
        if not auto_scale_lr or not auto_scale_lr.get('enable'):
            return
        batch_size = effective_batch_size(self.cfg, self.world_size)
        recipe = auto_scale_lr['base_batch_size']
        self.logger.info(
            f'The learning rate is scaled by {batch_size / recipe:g}: the batch over all processes '
            f'is {batch_size}, that of the recipe {recipe}.'
        )
        for group in optim_wrapper.param_groups:
            group['lr'] *= batch_size / recipe

    @staticmethod
    def build_dataloader(dataloader: DataLoader | dict, *args, **kwargs) -> DataLoader:
        """As mmengine's, with other seeds, and batches that do not get lost.

        Raises:
            LoadingError: The data set is not there, or too small for a batch.
        """
        try:
            loader = Runner.build_dataloader(dataloader, *args, **kwargs)
        except (OSError, ValueError) as error:
            raise LoadingError(str(error)) from error
        if not isinstance(dataloader, dict):
            return loader
        if loader.drop_last and len(loader) == 0:
            raise LoadingError(
                f'A batch is {loader.batch_size} images, of {len(loader.sampler)} that there are, '
                'and drop_last leaves out incomplete ones: choose a smaller batch_size'
            )
        if 'worker_init_fn' not in dataloader:
            loader.worker_init_fn = partial(seed_worker, first=loader.worker_init_fn)
        loader.collate_fn = SharedCollate(loader.collate_fn)
        return loader

    def build_evaluator(self, evaluator: dict | list | Evaluator) -> Evaluator:
        if isinstance(evaluator, list):
            evaluator = dict(type='lsmatting_plugin.MattingEvaluator', metrics=evaluator)
        return super().build_evaluator(evaluator)

    def build_logger(self, *args, **kwargs) -> MMLogger:
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            # A file handler is a stream handler too.
            if isinstance(handler, logging.FileHandler):
                # A full disk; the screen has the line. mmengine makes the handler.
                handler.handleError = lambda record: None  # type: ignore[method-assign]
            else:
                handler.addFilter(_is_news)
        return logger


# Dumps of many pages, mmengine's warnings of its own outdated calls, and the four lines that it
# spends on each parameter whose weight decay differs.
BACKGROUND_NOISE = (
    'Config:',
    'Exp name:',
    'Modules:',
    '\n---',
    'Traceback',
    'Hooks will be executed',
    'paramwise_options',
    '"FileClient" will',
    '"HardDiskBackend" is',
    'Distributed training is not used, all SyncBatchNorm',
)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a log line tells somebody at the screen anything."""
    return not record.getMessage().startswith(BACKGROUND_NOISE)
