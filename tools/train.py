"""Trains a network.

python tools/train.py configs/lsm_r50_aim.py
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

import torch
from mmengine.logging import print_log

from lsmatting_plugin.engine.launch import (
    add_launch_options,
    build_runner,
    init_distributed,
    load_config,
)
from lsmatting_plugin.engine.pretrained_parts import (
    fetch_pretrained_parts,
    forget_pretrained_parts,
)


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description='Train a matting network.')
    parser.add_argument('config', help='a Python config, for example configs/lsm_r50_aim.py')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CKPT',
        help='go on from this checkpoint; without a name from the latest in the work folder',
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision (needs a GPU)')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by (batch over all processes) / (batch of the recipe)',
    )
    add_launch_options(parser)
    return parser.parse_args()


def main() -> None:
    """Builds the runner from config and command line, and trains."""
    args = parse_args()
    try:
        cfg = load_config(args)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    if args.amp:
        if not torch.cuda.is_available():
            sys.exit('--amp needs a GPU; leave it out to train on the CPU')
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            sys.exit(f'--auto-scale-lr: {args.config} has no auto_scale_lr.base_batch_size')
        cfg.auto_scale_lr.enable = True
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    goes_on = cfg.resume and Path(cfg.work_dir, 'last_checkpoint').is_file()
    if cfg.load_from or goes_on:  # the checkpoint replaces all weights
        if 'pretrained' in cfg.model.get('encoder', {}):
            cfg.model.encoder.pretrained = None
        forget_pretrained_parts(cfg.model)
    else:
        fetch_pretrained_parts(cfg.model)
    init_distributed(cfg, args.local_rank)

    runner = build_runner(cfg)
    batch_size = runner.world_size * cfg.train_dataloader.batch_size
    scaling = cfg.get('auto_scale_lr')
    recipe = scaling.base_batch_size if scaling else batch_size
    if batch_size != recipe and not scaling.enable:
        print_log(
            f'{runner.world_size} x {cfg.train_dataloader.batch_size} images a step; the learning '
            f'rate of this config is meant for {recipe}: see --auto-scale-lr',
            logger='current',
        )
    runner.train()


if __name__ == '__main__':
    main()
