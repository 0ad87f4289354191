"""Shows a test's mattes on a contact sheet and its metrics beside the trivial matte's.

python tools/analysis/report.py data/toy/test work_dirs/lsm_r18_toy/mattes --out sheet.png
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

import numpy as np
from rich.console import Console
from rich.table import Table

from lsmatting_plugin.compositing import composite_over
from lsmatting_plugin.datasets import Composition1kDataset
from lsmatting_plugin.datasets.transforms import LoadImage, RequireSameSize
from lsmatting_plugin.evaluation.baseline import trivial_alpha
from lsmatting_plugin.evaluation.functional import ERRORS, SHORT_NAMES
from lsmatting_plugin.foreground import estimate_foreground
from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.visualization import checkerboard, contact_sheet

TAKEN_NAMES = ('network', 'merged', 'trimap', 'alpha', 'trivial matte')


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Contact sheet of a test's mattes, and a table of their errors beside those "
        'of the trivial matte, which is 0.5 wherever the trimap is unknown.'
    )
    parser.add_argument('test_root', help='holds merged/, trimaps/ and alpha_copy/')
    parser.add_argument('mattes', type=Path, help='the folder of tools/test.py --show-dir')
    parser.add_argument(
        '--also',
        nargs=2,
        action='append',
        default=[],
        metavar=('NAME', 'FOLDER'),
        help='mattes of another method, shown beside; the cut-outs are by the last',
    )
    parser.add_argument('--out', type=Path, required=True, help='the contact sheet, a PNG')
    parser.add_argument('--images', type=int, default=8, help='rows (default: %(default)s)')
    return parser.parse_args()


def main() -> None:
    """Says in one line what cannot be read or written."""
    try:
        report(parse_args())
    except (OSError, ValueError) as error:
        sys.exit(str(error))


def report(args: argparse.Namespace) -> None:
    """Scores every image, prints the table, writes the sheet."""
    load = [
        LoadImage('merged'),
        LoadImage('trimap', 'grayscale'),
        LoadImage('alpha', 'grayscale'),
    ]
    folders = {'network': args.mattes} | {name: Path(folder) for name, folder in args.also}
    taken = [name for name, _ in args.also if name in TAKEN_NAMES]
    if taken or len(folders) <= len(args.also):
        raise ValueError(f'--also: names must differ, and be none of {", ".join(TAKEN_NAMES)}')
    for name in folders:
        load.append(LoadImage(name, 'grayscale'))
    load.append(RequireSameSize(('merged', 'trimap', 'alpha', *folders)))
    scores = {name: [] for name in (*folders, 'trivial matte')}
    rows, captions = [], []
    dataset = Composition1kDataset(args.test_root)
    shown = set(np.linspace(0, len(dataset) - 1, min(args.images, len(dataset))).astype(int))
    for index in range(len(dataset)):
        item = dataset.get_data_info(index)
        name = Path(item['merged_path']).stem
        item |= {f'{key}_path': str(folder / f'{name}.png') for key, folder in folders.items()}
        for step in load:
            item = step(item)
        for key in folders:
            scores[key].append(errors(item[key], item))
        scores['trivial matte'].append(errors(trivial_alpha(item['trimap']), item))
        if index in shown:
            matte = item[list(folders)[-1]]
            colours = estimate_foreground(item['merged'], matte)
            cut_out = composite_over(colours, matte, checkerboard(*matte.shape))
            rows.append([item[key] for key in ('merged', 'trimap', *folders, 'alpha')] + [cut_out])
            texts = [f'{key}   {as_text(scores[key][-1])}' for key in folders]
            captions.append(f'{name}   {"   ".join(texts)}')

    means = {key: np.mean(values, axis=0) for key, values in scores.items()}
    footer = [f'mean of {len(dataset)}, {key}   {as_text(mean)}' for key, mean in means.items()]
    titles = ['image', 'trimap', *folders, 'ground truth', 'cut-out']
    write_image(contact_sheet(rows, titles, captions, footer), args.out)

    table = Table(
        '', *SHORT_NAMES.values(), title=f'Mean errors of {len(dataset)} images (lower is better)'
    )
    for key, mean in means.items():
        table.add_row(key, *(f'{value:.4f}' for value in mean))
    Console().print(table)
    for name in folders:
        share = means[name][0] / means['trivial matte'][0]
        print(f"SAD of {name}: {share:.0%} of the trivial matte's")
    print(f'Contact sheet: {args.out}')


def errors(matte: np.ndarray, item: dict) -> list[float]:
    """The four errors of a matte (H, W)."""
    return [error(matte, item['alpha'], item['trimap']) for error in ERRORS.values()]


def as_text(values: list[float]) -> str:
    """The four errors on one line."""
    names = SHORT_NAMES.values()
    return '  '.join(f'{name} {value:.4g}' for name, value in zip(names, values, strict=True))


if __name__ == '__main__':
    main()
