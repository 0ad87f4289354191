"""The options of everything that computes mattes, and one estimator of each kind a process."""

import argparse
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..guidance.classical import CLASSICAL_METHODS

if TYPE_CHECKING:  # it imports torch
    from ..apis.alpha_estimator import AlphaEstimator


@dataclass(frozen=True)
class EstimatorOptions:
    """Arguments of :class:`.AlphaEstimator`."""

    method: str = 'auto'
    config: str | None = None
    checkpoint: str | None = None
    device: str = 'auto'
    refine_steps: int = 0
    tta: str | None = None
    tile: int | None = None
    onnx: str | None = None


def add_estimator_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    group = parser.add_argument_group('what computes the matte')
    group.add_argument(
        '--method',
        choices=['auto', 'network', *CLASSICAL_METHODS],
        default='auto',
        help='auto is the network; the others need no training (default: auto)',
    )
    group.add_argument('--config', help="of the network (default: the package's own model)")
    group.add_argument('--checkpoint', help='its weights')
    group.add_argument('--device', default='auto', help='auto, cpu or cuda (default: auto)')
    group.add_argument(
        '--refine-steps',
        type=int,
        default=0,
        metavar='N',
        help="fit the network's features to each photo in N steps (the paper's: 100)",
    )
    group.add_argument(
        '--tta',
        choices=['flips', 'flips+scales', 'flips+colours'],
        help='average the mattes of 8, 24 or 96 views',
    )
    group.add_argument(
        '--tile',
        type=int,
        metavar='PIXELS',
        help='show the network large photos in tiles of this side (1024 is good)',
    )
    group.add_argument('--backend', choices=['torch', 'onnx'], default='torch')
    group.add_argument('--onnx', metavar='FILE', help='for --backend onnx: of lsmatting export')


def estimator_options(args: argparse.Namespace) -> EstimatorOptions:
    """What the command line asks for.

    Raises:
        ValueError: Options contradict one another.
    """
    if (args.backend == 'onnx') != (args.onnx is not None):
        raise ValueError('--backend onnx and --onnx FILE go together')
    options = EstimatorOptions(
        **{name: getattr(args, name) for name in EstimatorOptions.__dataclass_fields__}
    )
    require_both(args.config, args.checkpoint)
    return options


def require_both(config: str | None, checkpoint: str | None) -> None:
    """Checks that config and weights are given together, or neither.

    Raises:
        ValueError: One of them is missing.
    """
    if config and not checkpoint:
        raise ValueError(f'--config {config} needs its weights: --checkpoint FILE')
    if checkpoint and not config:
        raise ValueError(f'--checkpoint {checkpoint} needs its network: --config FILE')


@lru_cache(maxsize=1)
def estimator(options: EstimatorOptions) -> 'AlphaEstimator':
    """The estimator of these options, made once in this process."""
    # Imported here: the commands that compute no matte start without torch.
    from ..apis.alpha_estimator import AlphaEstimator

    return AlphaEstimator(**vars(options))


def estimator_name(options: EstimatorOptions) -> str:
    """What computes the mattes, for people; that estimator is made by then."""
    return estimator(options).name
