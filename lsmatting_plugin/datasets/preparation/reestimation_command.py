"""Re-estimation of a folder as the tools offer it: options, and a report in the end."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from ...foreground import reestimate_cf, reestimate_foreground, reestimate_ml
from ...progress import progress_bar
from .reestimation import Estimator, reestimate_folder


def add_reestimation_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that :func:`run_reestimation` reads."""
    parser.add_argument('--fg-dir', default='fg', help='foregrounds (default: %(default)s)')
    parser.add_argument('--alpha-dir', default='alpha', help='mattes (default: %(default)s)')
    parser.add_argument(
        '--method',
        choices=['lsa', 'cf', 'ml'],
        default='lsa',
        help="lsa: the paper's; for comparison cf: closed-form, the paper's bad estimate, and ml: "
        'multi-level, both by pymatting (default: %(default)s)',
    )
    parser.add_argument('--overwrite', action='store_true', help='do again what is done')


def run_reestimation(
    args: argparse.Namespace,
    data_root: Path,
    out_dir: Path,
    map_jobs: Callable[[Callable, Iterable], Iterator[tuple]],
    num_threads: int | None,
    on_failure: Callable[[str, str], None] | None = None,
) -> int:
    """Does the folder, then reports what failed.

    Args:
        args (argparse.Namespace): The options.
        data_root (Path): What the folders of the options are in.
        out_dir (Path): Where the PNGs go.
        map_jobs (callable): See :func:`reestimate_folder`.
        num_threads (int, optional): Of the paper's method; None takes all cores.
        on_failure (callable, optional): Is told the foreground and why, once it has failed.

    Returns:
        int: The exit status: 1 where a foreground failed, else 0.

    Raises:
        FileNotFoundError, ValueError: As by :func:`reestimate_folder`.
    """
    total, outcomes = reestimate_folder(
        data_root / args.fg_dir,
        data_root / args.alpha_dir,
        out_dir,
        map_jobs,
        estimator=_estimator(args.method, num_threads),
        overwrite=args.overwrite,
    )
    kept, failures = 0, []
    with progress_bar() as progress:
        for fg_path, was_there, error in progress.track(
            outcomes, total=total, description='Re-estimating'
        ):
            kept += was_there
            if error:
                failures.append(f'{fg_path}: {error}')
                if on_failure:
                    on_failure(fg_path, str(error))
    print(f'{out_dir}: {total - kept - len(failures)} foregrounds written, {kept} were there')
    if failures:
        header = f'{len(failures)} of {total} could not be done:'
        print('\n'.join([header, *failures]), file=sys.stderr)
    return 1 if failures else 0


def _estimator(method: str, num_threads: int | None) -> Estimator:
    """The function (fg, alpha) -> fg of a method."""
    if method == 'lsa':
        return partial(reestimate_foreground, num_threads=num_threads)
    return dict(cf=reestimate_cf, ml=reestimate_ml)[method]
