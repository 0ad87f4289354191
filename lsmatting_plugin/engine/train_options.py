"""How a training makes the most of its machine, as options of the command line."""

import argparse

import torch
from mmengine.config import Config

EMA_GAMMA = 10  # the share of step n is gamma / (gamma + n) while this is the greater


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options; each changes a few lines of the config, which its help names."""
    group = parser.add_argument_group('speed, memory and stability')
    group.add_argument(
        '--amp',
        nargs='?',
        const='bfloat16',
        choices=['bfloat16', 'float16'],
        help='mixed precision: bfloat16 (CPU or GPU), or float16 with scaled gradients (GPU)',
    )
    group.add_argument(
        '--compile',
        action='store_true',
        help='let torch compile the network, for GPUs: it takes minutes at the start, and on CPUs '
        'steps are slower than without (model.train_cfg.compile)',
    )
    group.add_argument(
        '--accumulate',
        type=int,
        metavar='N',
        help='one step of the optimiser per N batches, as if the batch were N times as large, '
        'but for the batch norms; an epoch of a multiple of N batches resumes exactly '
        '(optim_wrapper.accumulative_counts)',
    )
    group.add_argument(
        '--recompute',
        action='store_true',
        help='keep fewer activations, and compute the others again: less memory, a slower step '
        '(model.encoder.with_cp, model.decoder.with_cp)',
    )
    group.add_argument(
        '--clip-grad',
        type=float,
        metavar='NORM',
        help='largest norm of the gradient of all parameters together (optim_wrapper.clip_grad)',
    )
    group.add_argument(
        '--ema',
        nargs='?',
        const=0.0002,
        type=float,
        metavar='SHARE',
        help='validate and save an exponential moving average of the weights, of which each step '
        'is this share, the first ones more (default: 0.0002; an EMAHook in custom_hooks)',
    )
    group.add_argument(
        '--image-cache',
        type=float,
        metavar='GB',
        help='keep up to so many gigabytes of decoded images in work_dirs/image_cache '
        '(train_dataloader.dataset.image_cache)',
    )


def apply_train_options(cfg: Config, args: argparse.Namespace) -> None:
    """Changes a config by the options.

    Raises:
        ValueError: An option does not fit the config or the machine.
    """
    if args.amp:
        _set_precision(cfg, args.amp)
    if args.accumulate is not None:
        _require(args.accumulate >= 1, f'--accumulate must be at least 1, got {args.accumulate}')
        cfg.optim_wrapper.accumulative_counts = args.accumulate
    if args.clip_grad is not None:
        _require(args.clip_grad > 0, f'--clip-grad must be above 0, got {args.clip_grad}')
        cfg.optim_wrapper.clip_grad = dict(max_norm=args.clip_grad)
    if args.ema is not None:
        _require(0 < args.ema < 1, f'--ema must lie between 0 and 1, got {args.ema}')
        # By a tenth of the steps so far until that is more than the share's: a plain average would
        # still hold 5 % of the first weights after 15,000 steps. Statistics of batch norms too.
        hook = dict(
            type='EMAHook',
            ema_type='MomentumAnnealingEMA',
            momentum=args.ema,
            gamma=EMA_GAMMA,
            update_buffers=True,
        )
        cfg.custom_hooks = [*cfg.get('custom_hooks', []), hook]
    if args.image_cache is not None:
        _require(args.image_cache > 0, f'--image-cache must be above 0, got {args.image_cache}')
        dataset = cfg.train_dataloader.dataset
        _require('pipeline' in dataset, f'--image-cache: {dataset.type} loads no images itself')
        dataset.image_cache = dict(max_gigabytes=args.image_cache)
    if args.compile or args.recompute:
        kind = cfg.model.type.rpartition('.')[2]
        _require(kind == 'LSAMattor', f'--compile and --recompute are for LSAMattor, not {kind}')
    if args.compile:
        cfg.model.train_cfg = dict(cfg.model.get('train_cfg') or {}, compile=True)
    if args.recompute:
        cfg.model.encoder.with_cp = cfg.model.decoder.with_cp = True


def _set_precision(cfg: Config, dtype: str) -> None:
    if dtype == 'bfloat16':
        _require(
            not torch.cuda.is_available()
            or torch.cuda.is_bf16_supported(including_emulation=False),
            'This GPU has no bfloat16: take --amp float16',
        )
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
        return
    _require(torch.cuda.is_available(), '--amp float16 needs a GPU; --amp bfloat16 does not')
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.dtype = dtype


def _require(is_fine: bool, message: str) -> None:
    if not is_fine:
        raise ValueError(message)
