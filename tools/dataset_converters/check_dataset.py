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
from lsmatting_plugin.datasets.preparation.inspection import ALPHA, TOLERANCE, TRIMAP
from lsmatting_plugin.parallel import add_workers_option
from lsmatting_plugin.progress import progress_bar

SHOWN = 30  # problems of a kind; the others are counted


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Decode every image of a data set and check counts, pairs, sizes, alphas, '
        'trimaps, duplicates and the manifest. Exit status 1 if there are errors.'
    )
    parser.add_argument('root', type=Path, help='holds train/ or test/ or both, or is one of them')
    add_workers_option(parser)
    parser.add_argument('--all', action='store_true', help=f'list more than {SHOWN} problems')
    parser.add_argument('--alphas', action='store_true', help='list the soft share of each alpha')
    return parser.parse_args()


def main() -> None:
    """Checks, prints tables and the problems."""
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
    console = Console()
    for folder in check.folders if args.alphas else ():
        if folder.kind == ALPHA:
            console.print(table_of_alphas(args.root, folder))
    console.print(table_of_folders(args.root, check.folders))
    console.print(table_of_mattes(args.root, check.folders))
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


def table_of_folders(root: Path, folders: list[CheckedFolder]) -> Table:
    """Numbers and sizes, a line per folder."""
    table = Table('folder', 'images', 'different', 'smallest', 'largest', title=str(root))
    for path, _, images in folders:
        shapes = sorted((facts.shape for facts in images.values()), key=np.prod)
        sizes = [f'{width} x {height}' for height, width in (shapes[:1] + shapes[-1:])]
        different = len({(facts.shape, facts.checksum) for facts in images.values()})
        table.add_row(_name(path, root), str(len(images)), str(different), *(sizes or ('', '')))
    return table


def table_of_mattes(root: Path, folders: list[CheckedFolder]) -> Table:
    """What alphas and trimaps are like, a line per folder.

    Soft pixels of an alpha are those between 0 and 255, of a trimap the unknown ones.
    """
    table = Table(
        '',
        'soft pixels',
        'least',
        'mean',
        'most',
        'below 255',
        'against alpha',
        caption='least, mean, most: share of an image; below 255: alphas that never reach it; '
        f'against alpha: known pixels of trimaps whose alpha differs by over {TOLERANCE} of 255',
    )
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for path, kind, images in folders:
        if kind not in (ALPHA, TRIMAP) or not images:
            continue
        counts = [facts.num_soft + facts.num_unknown for facts in images.values()]
        shares = [n / facts.num_pixels for n, facts in zip(counts, images.values(), strict=True)]
        below = sum(facts.high < 255 for facts in images.values())
        table.add_row(
            _name(path, root),
            f'{sum(counts):,}',
            *(f'{share:.1%}' for share in (min(shares), np.mean(shares), max(shares))),
            str(below) if kind == ALPHA else '',
            str(sum(facts.num_contradictions for facts in images.values()))
            if kind == TRIMAP
            else '',
        )
    return table


def table_of_alphas(root: Path, folder: CheckedFolder) -> Table:
    """The soft pixels of each alpha."""
    table = Table(_name(folder.path, root), 'soft pixels', 'share')
    for stem, facts in folder.images.items():
        table.add_row(stem, f'{facts.num_soft:,}', f'{facts.soft_share:.1%}')
    return table


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


if __name__ == '__main__':
    main()
