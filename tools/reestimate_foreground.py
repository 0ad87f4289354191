"""Re-estimates the foregrounds of a training set, as the paper does before training (section 5.4).

python tools/reestimate_foreground.py data/aim/train
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from lsmatting_plugin.datasets.preparation.reestimation_command import (
    add_reestimation_arguments,
    run_reestimation,
)
from lsmatting_plugin.parallel import add_workers_option, unordered_map

DEFAULT_FOLDERS = dict(lsa='kappa_fg', cf='cf_fg', ml='ml_fg')


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Re-estimate the foregrounds of a training set. An interrupted run goes on '
        'where it was; what is done is not done again.'
    )
    parser.add_argument('data_root', type=Path, help='holds the folders, e.g. data/aim/train')
    parser.add_argument('--out-dir', help='PNGs (default: kappa_fg, or cf_fg, ml_fg by method)')
    add_reestimation_arguments(parser)
    add_workers_option(parser)
    return parser.parse_args()


def main() -> int:
    """Does the folder; returns the exit status."""
    args = parse_args()
    try:
        return run_reestimation(
            args,
            args.data_root,
            args.data_root / (args.out_dir or DEFAULT_FOLDERS[args.method]),
            partial(unordered_map, num_workers=args.workers),
            num_threads=1 if args.workers else None,
        )
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == '__main__':
    sys.exit(main())
