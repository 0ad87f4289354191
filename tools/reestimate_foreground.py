"""Re-estimates the foregrounds of a training set, as the paper does before training (section 5.4).

python tools/reestimate_foreground.py data/aim/train
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from lsmatting_plugin.foreground import reestimate_cf, reestimate_foreground, reestimate_ml
from lsmatting_plugin.foreground.folder import reestimate_folder
from lsmatting_plugin.parallel import available_cores
from lsmatting_plugin.progress import progress_bar

DEFAULT_FOLDERS = dict(lsa='kappa_fg', cf='cf_fg', ml='ml_fg')


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Re-estimate the foregrounds of a training set. An interrupted run goes on '
        'where it was; what is done is not done again.'
    )
    parser.add_argument('data_root', type=Path, help='holds the folders, e.g. data/aim/train')
    parser.add_argument('--fg-dir', default='fg', help='foregrounds (default: %(default)s)')
    parser.add_argument('--alpha-dir', default='alpha', help='mattes (default: %(default)s)')
    parser.add_argument('--out-dir', help='PNGs (default: kappa_fg, or cf_fg, ml_fg by method)')
    parser.add_argument(
        '--method',
        choices=['lsa', 'cf', 'ml'],
        default='lsa',
        help="lsa: the paper's; for comparison cf: closed-form, the paper's bad estimate, and ml: "
        'multi-level, both by pymatting (default: %(default)s)',
    )
    parser.add_argument(
        '--workers',
        type=int,
        default=available_cores(),
        help='processes (default: one per core); 0 works in one process',
    )
    parser.add_argument('--overwrite', action='store_true', help='do again what is done')
    return parser.parse_args()


def estimator(method: str, workers: int) -> Callable:
    """The function (fg, alpha) -> fg of a method."""
    if method == 'lsa':
        return partial(reestimate_foreground, num_threads=1 if workers else None)
    return dict(cf=reestimate_cf, ml=reestimate_ml)[method]


def main() -> None:
    """Does the folder, then reports what failed."""
    args = parse_args()
    out_dir = args.data_root / (args.out_dir or DEFAULT_FOLDERS[args.method])
    try:
        total, outcomes = reestimate_folder(
            args.data_root / args.fg_dir,
            args.data_root / args.alpha_dir,
            out_dir,
            estimator=estimator(args.method, args.workers),
            num_workers=args.workers,
            overwrite=args.overwrite,
        )
        with progress_bar() as progress:
            outcomes = list(progress.track(outcomes, total=total, description='Re-estimating'))
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    failures = [f'{outcome.fg_path}: {outcome.error}' for outcome in outcomes if outcome.error]
    kept = sum(outcome.was_there for outcome in outcomes)
    print(f'{out_dir}: {total - kept - len(failures)} foregrounds written, {kept} were there')
    if failures:
        sys.exit('\n'.join([f'{len(failures)} of {total} could not be done:', *failures]))


if __name__ == '__main__':
    main()
