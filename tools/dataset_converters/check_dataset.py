"""Verifies a data set before a long run.

python tools/dataset_converters/check_dataset.py data/aim
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

import numpy as np
from rich.console import Console
from rich.table import Table

from lsmatting_plugin.datasets.preparation.check import CheckedFolder, DatasetCheck
from lsmatting_plugin.datasets.preparation.inspection import ALPHA
from lsmatting_plugin.parallel import available_cores
from lsmatting_plugin.progress import progress_bar

SHOWN = 30  # problems of a kind; the others are counted


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Decode every image of a data set and check counts, pairs, sizes, alphas, '
        'trimaps, duplicates and the manifest. Exit status 1 if there are errors.'
    )
    parser.add_argument('root', type=Path, help='holds train/ or test/ or both, or is one of them')
    parser.add_argument(
        '--workers',
        type=int,
        default=available_cores(),
        help='processes (default: one per core); 0 works in one process',
    )
    parser.add_argument('--all', action='store_true', help=f'list more than {SHOWN} problems')
    return parser.parse_args()


def main() -> None:
    """Checks, prints a table and the problems."""
    args = parse_args()
    try:
        check = DatasetCheck(args.root)
        with progress_bar() as progress:
            for _ in progress.track(
                check.run(args.workers), total=len(check.jobs), description='Checking'
            ):
                pass
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    Console().print(table_of(args.root, check.folders))
    errors = [problem.text for problem in check.problems if problem.is_error]
    warnings = [problem.text for problem in check.problems if not problem.is_error]
    for kind, texts in (('warnings', warnings), ('errors', errors)):
        shown = texts if args.all else texts[:SHOWN]
        if texts:
            print(f'{len(texts)} {kind}:', *(f'  {text}' for text in shown), sep='\n')
        if len(texts) > len(shown):
            print(f'  and {len(texts) - len(shown)} more, see --all')
    if errors:
        sys.exit(1)
    print('All right.' if not warnings else 'No errors.')


def table_of(root: Path, folders: list[CheckedFolder]) -> Table:
    """A line per folder."""
    table = Table('folder', 'images', 'smallest', 'largest', 'soft pixels', title=str(root))
    for path, kind, images in folders:
        shapes = sorted((facts.shape for facts in images.values()), key=np.prod)
        sizes = [f'{width} x {height}' for height, width in (shapes[:1] + shapes[-1:])]
        soft = ''
        if kind == ALPHA:
            total = sum(facts.num_soft for facts in images.values())
            shares = [facts.num_soft / np.prod(facts.shape) for facts in images.values()]
            soft = f'{total} ({np.mean(shares):.1%} of an image)' if shares else ''
        name = path.relative_to(root).as_posix()
        table.add_row(name, str(len(images)), *(sizes or ('', '')), soft)
    return table


if __name__ == '__main__':
    main()
