"""Tests a trained network, or a method that needs no training.

python tools/test.py configs/lsm_r50_aim.py CHECKPOINT --out results.json --show-dir mattes
python tools/test.py configs/baselines/pymatting_closed_form.py --out results.json
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from mmengine.runner import Runner

from lsmatting_plugin.checkpoint_io import read_state_dict
from lsmatting_plugin.engine.launch import (
    add_launch_options,
    build_runner,
    load_config,
)
from lsmatting_plugin.engine.loading_error import LoadingError, loading_errors
from lsmatting_plugin.engine.process_group import init_distributed, leave_group
from lsmatting_plugin.models.prediction_options import set_prediction_options
from lsmatting_plugin.models.tta import TTA_OPTIONS


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description='Test a matting method.')
    parser.add_argument('config', help='a Python config, for example configs/lsm_r50_aim.py')
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help="this project's or the paper's released format; not for methods without training",
    )
    parser.add_argument(
        '--out',
        action='append',
        default=[],
        metavar='FILE',
        help='metrics per image and their mean, as .json or .csv; may be given twice',
    )
    parser.add_argument('--show-dir', metavar='DIR', help='write the mattes there, as PNG')
    parser.add_argument(
        '--refine-steps',
        type=int,
        metavar='N',
        help="backpropagating refinement of each matte (the paper's N: 100); 0 switches it off; "
        "default: the config's",
    )
    parser.add_argument(
        '--tta',
        choices=list(TTA_OPTIONS),
        help="test-time augmentation; default: the config's",
    )
    parser.add_argument(
        '--tile',
        type=int,
        metavar='PIXELS',
        help='side of the tiles in which the encoder sees an image; images are then not reduced to '
        '2176 pixels',
    )
    add_launch_options(parser)
    return parser.parse_args()


def main() -> None:
    """Builds the runner from config and command line, and tests."""
    args = parse_args()
    try:
        runner = runner_of(args)
        runner.load_or_resume()
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    try:
        with loading_errors():
            runner.test()
    except LoadingError as error:
        sys.exit(str(error))
    except OSError as error:  # of mattes or results; the metrics, if there are any, are said above
        sys.exit(f'{error.filename or "A file"} could not be written: {error.strerror or error}')
    del runner
    leave_group()


def runner_of(args: argparse.Namespace) -> Runner:
    """The runner, ready to load the checkpoint.

    Raises:
        FileNotFoundError: Config, checkpoint or data are not there.
        ValueError: An option or the checkpoint makes no sense.
    """
    cfg = load_config(args)
    if args.checkpoint is not None:
        read_state_dict(args.checkpoint)  # what cannot be read is said before all else
        cfg.load_from = args.checkpoint
    set_prediction_options(cfg, refine_steps=args.refine_steps, tta=args.tta, tile=args.tile)
    custom_hooks = list(cfg.get('custom_hooks') or [])
    if args.out:
        custom_hooks.append(dict(type='ResultsWriterHook', out=args.out))
    if args.show_dir is not None:
        custom_hooks.append(dict(type='MatteWriterHook', out_dir=args.show_dir))
    cfg.custom_hooks = custom_hooks
    init_distributed(cfg, args.local_rank)
    runner = build_runner(cfg)
    if cfg.load_from is None and any(True for _ in runner.model.parameters()):
        raise ValueError(f'{args.config} describes a network: give a checkpoint of its weights')
    return runner


if __name__ == '__main__':
    main()
