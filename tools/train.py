"""Trains a network.

python tools/train.py configs/lsm_r50_aim.py
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from mmengine.config import Config
from mmengine.logging import print_log

from lsmatting_plugin.allocator import keep_freed_memory
from lsmatting_plugin.checkpoint_error import CheckpointError
from lsmatting_plugin.checkpoint_io import local_checkpoint
from lsmatting_plugin.engine.last_checkpoint import how_to_go_on, last_checkpoint
from lsmatting_plugin.engine.launch import (
    add_launch_options,
    build_runner,
    effective_batch_size,
    load_config,
)
from lsmatting_plugin.engine.loading_error import LoadingError
from lsmatting_plugin.engine.pretrained_parts import (
    fetch_pretrained_parts,
    forget_pretrained_parts,
)
from lsmatting_plugin.engine.process_group import init_distributed, leave_group
from lsmatting_plugin.engine.train_options import add_train_options, apply_train_options
from lsmatting_plugin.engine.training import train
from lsmatting_plugin.engine.training_stopped import TrainingStopped
from lsmatting_plugin.engine.work_dir_lock import WorkDirError, unwritable, work_dir_lock


def parse_args(words: list[str] | None = None) -> argparse.Namespace:
    """The command line, or these words of one."""
    parser = argparse.ArgumentParser(description='Train a matting network.')
    parser.add_argument('config', help='a Python config, for example configs/lsm_r50_aim.py')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CKPT',
        help='go on from this checkpoint; without a name from the latest in the work folder',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by (batch over all processes) / (batch of the recipe)',
    )
    parser.add_argument(
        '--sync-bn',
        action='store_true',
        help='batch norms over the images of all processes (needs a GPU for each)',
    )
    add_launch_options(parser)
    add_train_options(parser)
    return parser.parse_args(words)


def work_dir_of(words: list[str]) -> str:
    """Where the training of a command line keeps its checkpoints."""
    return load_config(parse_args(words)).work_dir


def main() -> None:
    """Builds the runner from config and command line, and trains."""
    args = parse_args()
    keep_freed_memory()
    try:
        cfg = load_config(args)
        apply_train_options(cfg, args)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            sys.exit(f'--auto-scale-lr: {args.config} has no auto_scale_lr.base_batch_size')
        cfg.auto_scale_lr.enable = True
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if args.sync_bn:
        cfg.sync_bn = 'torch'
    try:
        if cfg.resume and cfg.load_from is None:
            cfg.load_from = last_checkpoint(cfg.work_dir)
        if cfg.load_from:  # the checkpoint replaces all weights
            local_checkpoint(cfg.load_from)  # what is not there is said before all else
            if 'pretrained' in cfg.model.get('encoder', {}):
                cfg.model.encoder.pretrained = None
            forget_pretrained_parts(cfg.model)
        else:
            fetch_pretrained_parts(cfg.model)
        init_distributed(cfg, args.local_rank)
    except (OSError, ValueError) as error:
        sys.exit(str(error))

    try:
        with work_dir_lock(cfg.work_dir):
            status = run(cfg)
    except LoadingError as error:
        lines = [str(error)]
        # The launcher of several processes says the rest.
        if cfg.launcher == 'none' and Path(cfg.work_dir, 'last_checkpoint').is_file():
            lines.append(how_to_go_on(cfg.work_dir))
        sys.exit('\n'.join(lines))
    except (CheckpointError, WorkDirError) as error:
        sys.exit(str(error))
    leave_group()
    sys.exit(status)


def run(cfg: Config) -> int:
    """Trains as a config says.

    Returns:
        int: The exit status of the process.

    Raises:
        WorkDirError: The work folder cannot be written.
        LoadingError: A batch could not be loaded.
    """
    try:
        runner = build_runner(cfg)
    except OSError as error:
        raise unwritable(cfg.work_dir, error) from error
    batch_size = effective_batch_size(cfg, runner.world_size)
    scaling = cfg.get('auto_scale_lr')
    recipe = scaling.base_batch_size if scaling else batch_size
    if batch_size != recipe and not scaling.enable:
        print_log(
            f'{batch_size} images a step; the learning rate of this config is meant for {recipe}: '
            'see --auto-scale-lr',
            logger='current',
        )
    try:
        train(runner)
    except TrainingStopped as stop:
        if stop.code < 128:  # maybe in this process alone
            raise
        return stop.code
    return 0


if __name__ == '__main__':
    main()
