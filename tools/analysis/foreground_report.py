"""Shows what the re-estimation of foregrounds changes, as pictures and as a number.

python tools/analysis/foreground_report.py data/aim/train --out work_dirs/foreground_report
"""

import argparse
import csv
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

import numpy as np

from lsmatting_plugin.compositing import composite_over
from lsmatting_plugin.datasets.transforms import LoadImage, RequireSameSize
from lsmatting_plugin.foreground import roughness
from lsmatting_plugin.image_files import images_by_stem
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.visualization import SheetWriter
from lsmatting_plugin.whole_files import write_file

BACKGROUNDS = dict(white=(255, 255, 255), black=(0, 0, 0), green=(60, 160, 40))
TITLES = ('foreground', *(f'over {name}' for name in BACKGROUNDS))
ADVICE = 'python tools/reestimate_foreground.py DATA_ROOT makes re-estimated foregrounds'


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='For each foreground before and after re-estimation: its colours, composites '
        'over white, black and green, and the sum of |grad F| where alpha is below 1 (report.csv). '
        'The pictures go on sheets of a few images each (report_001.png, ...).'
    )
    parser.add_argument('data_root', type=Path, help='holds the folders, e.g. data/aim/train')
    parser.add_argument('--out', type=Path, required=True, help='folder of the report')
    parser.add_argument('--fg-dir', default='fg', help='before (default: %(default)s)')
    parser.add_argument('--new-fg-dir', default='kappa_fg', help='after (default: %(default)s)')
    parser.add_argument('--alpha-dir', default='alpha', help='mattes (default: %(default)s)')
    parser.add_argument('--images', type=int, default=12, help='on sheets (default: %(default)s)')
    parser.add_argument('--per-sheet', type=int, default=4, help='images a sheet (default: 4)')
    return parser.parse_args()


def main() -> None:
    """Measures all foregrounds and draws the first few."""
    args = parse_args()
    folders = dict(before=args.fg_dir, after=args.new_fg_dir, alpha=args.alpha_dir)
    try:
        paths = {
            key: images_by_stem(args.data_root / folder, f'images "{key}"', ADVICE)
            for key, folder in folders.items()
        }
        sheets = SheetWriter(args.out / 'report', TITLES, 2 * args.per_sheet)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(str(error))
    stems = sorted(set.intersection(*map(set, paths.values())))
    skipped = len(set.union(*map(set, paths.values()))) - len(stems)
    try:
        measures = measure(args, paths, stems, sheets)
    except (OSError, ValueError) as error:
        sys.exit(str(error))

    total = np.sum([measure[1:] for measure in measures], axis=0)
    share = total[1] / max(total[0], 1e-9)
    print(
        f'{len(stems)} foregrounds, sum of |grad F| where alpha < 1: {total[0]:.0f} before, '
        f'{total[1]:.0f} after ({share:.0%})'
    )
    if skipped:
        print(f'{skipped} images lack a partner in one of the folders and were left out')
    print(f'Written to {args.out}')


def measure(
    args: argparse.Namespace,
    paths: dict[str, dict[str, str]],
    stems: list[str],
    sheets: SheetWriter,
) -> list[tuple[str, float, float]]:
    """Of each foreground its name and roughness before and after; writes sheets and a table."""
    measures = []
    with progress_bar() as progress:
        for stem in progress.track(stems, description='Measuring'):
            images = load({key: found[stem] for key, found in paths.items()})
            before, after = (roughness(images[key], images['alpha']) for key in ('before', 'after'))
            measures.append((stem, before, after))
            if len(measures) <= args.images:
                sheets.add(f'{stem} before: {before:.0f}', panels(images, 'before'))
                sheets.add(f'{stem} after: {after:.0f}', panels(images, 'after'))
    sheets.write()
    write_file(as_csv(measures).encode(), args.out / 'report.csv')
    return measures


def load(paths: dict[str, str]) -> dict[str, np.ndarray]:
    """The two foregrounds (H, W, 3) and the matte (H, W) of one image."""
    results = {f'{key}_path': path for key, path in paths.items()}
    for key in paths:
        results = LoadImage(key, 'grayscale' if key == 'alpha' else 'color')(results)
    return RequireSameSize(tuple(paths))(results)


def panels(images: dict[str, np.ndarray], key: str) -> list[np.ndarray]:
    """The foreground and its composites over each background."""
    fg, alpha = images[key], images['alpha']
    plain = [np.full_like(fg, colour[::-1]) for colour in BACKGROUNDS.values()]
    return [fg, *(composite_over(fg, alpha, background) for background in plain)]


def as_csv(measures: list[tuple[str, float, float]]) -> str:
    """A line per image."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator='\n')
    table.writerow(['name', 'before', 'after', 'ratio'])
    table.writerows((stem, a, b, b / a if a else '') for stem, a, b in measures)
    return text.getvalue()


if __name__ == '__main__':
    main()
