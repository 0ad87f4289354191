"""Compares the results of several methods: a table, charts, and crops where they differ.

python tools/test.py CONFIG CHECKPOINT --out ours.json --show-dir mattes/ours
python tools/eval_folder.py mattes/other GT TRIMAP --images MERGED --out other.json
python tools/analysis/compare.py ours.json other=other.json --out work_dirs/comparison
"""

import argparse
import csv
import io
import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from rich.console import Console

from lsmatting_plugin.evaluation.comparison import (
    COLUMNS,
    Method,
    choose,
    common_ground,
    mean_errors,
    path_of,
    read_method,
)
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.visualization import ScoreTable, bar_charts
from lsmatting_plugin.visualization.comparison_page import comparison_page
from lsmatting_plugin.visualization.crops import Crops, crops_of, draw_sheets
from lsmatting_plugin.whole_files import write_file


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Compare methods by what tools/test.py --out and tools/eval_folder.py --out '
        'wrote as JSON. Writes table.md, table.csv, charts.png, crops_001.png ... and '
        'compare.html, which holds all of it. Crops need the mattes of the test, --show-dir.'
    )
    parser.add_argument('results', nargs='+', metavar='[LABEL=]RESULTS', help='JSON files')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='where to write')
    parser.add_argument(
        '--images', type=int, default=6, metavar='N', help='shown as crops (default: %(default)s)'
    )
    parser.add_argument(
        '--crop',
        type=int,
        default=320,
        metavar='PIXELS',
        help='side of the window that is shown of each (default: %(default)s)',
    )
    args = parser.parse_args()
    if args.images < 0 or args.crop < 1:
        parser.error('--images must not be negative, and --crop must be at least 1')
    return args


def main() -> None:
    """Reads, checks, compares and writes."""
    args = parse_args()
    try:
        methods = read_methods(args.results)
        names, metrics, notes = common_ground(methods)
        tables = [ScoreTable(*group) for group in mean_errors(methods, names, metrics)]
        drawn, shown, missing = choose(methods, names, metrics[0], args.images)
        notes += missing
        for note in notes:
            print(f'Note: {note}', file=sys.stderr)
        with progress_bar() as progress:
            tracked = progress.track(shown, description='Drawing')
            crops = [draw(drawn, name, metrics[0], args.crop) for name in tracked]
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    write_all(args, methods, metrics, notes, tables, crops)

    console = Console()
    for table in tables:
        console.print(table.as_rich())
    print(f'Written to {args.out}: open {args.out / "compare.html"}')


def read_methods(arguments: list[str]) -> list[Method]:
    """The results that the command line names.

    Raises:
        FileNotFoundError: A file is not there.
        ValueError: A file holds no results, or two methods or images have the same name.
    """
    methods: list[Method] = []
    for argument in arguments:
        label, is_labelled, path = argument.partition('=')
        if not is_labelled or Path(argument).is_file():
            label, path = '', argument
        method = read_method(path, label)
        if method.label in (other.label for other in methods):
            raise ValueError(
                f'Two results are called {method.label}: tell them apart, LABEL={path}'
            )
        methods.append(method)
    return methods


def draw(methods: list[Method], name: str, metric: str, side: int) -> Crops:
    """The crops of one image; errors as of :func:`crops_of`."""
    files = {key: path_of(methods, name, key) for key in ('image', 'trimap', 'alpha')}
    mattes = {method.label: path_of([method], name, 'matte') for method in methods}
    errors = {method.label: method.images[name].get(metric) for method in methods}
    details = {
        label: '' if error is None else f'{COLUMNS[metric]} {error:.3g}'
        for label, error in errors.items()
    }
    return crops_of(name, files, mattes, details, side)


def write_all(
    args: argparse.Namespace,
    methods: list[Method],
    metrics: list[str],
    notes: list[str],
    tables: list[ScoreTable],
    crops: list[Crops],
) -> None:
    """Writes table, charts, sheets of crops and page."""
    write_file('\n'.join(table.as_markdown() for table in tables).encode(), args.out / 'table.md')
    write_file(as_csv(metrics, tables).encode(), args.out / 'table.csv')
    main_table = tables[0]
    bars = {
        column: {label: values[i] for label, values in main_table.rows.items()}
        for i, column in enumerate(main_table.columns)
    }
    charts = bar_charts(bars), bar_charts(bars, is_dark=True)
    write_file(charts[0], args.out / 'charts.png')
    draw_sheets(crops, args.out / 'crops', args.crop)
    error = COLUMNS[metrics[0]]
    which = f'in which the methods differ most: by the largest minus the smallest {error}'
    if len(methods) == 1:
        which = f'with the largest {error}'
    choice = (
        f'Of all images, the {len(crops)} {which}. Of each, the window in which the absolute '
        'errors of all methods add up to the most. Numbers are of the whole image.'
    )
    facts = []
    for test_set, group in itertools.groupby(methods, key=lambda m: m.results.test_set):
        labels = ', '.join(method.label for method in group)
        facts.append(f'{labels}: {test_set or "test set not named"}')
    count = len(methods)
    title = f'{count} matting methods compared' if count > 1 else methods[0].label
    page = comparison_page(title, notes, facts, tables, charts, crops, choice)
    write_file(page.encode(), args.out / 'compare.html')


def as_csv(metrics: list[str], tables: list[ScoreTable]) -> str:
    """A line per method; the means of folders in columns such as SAD/Trimap1."""
    endings = ['', *(f'/{table.title.rpartition(":")[0]}' for table in tables[1:])]
    text = io.StringIO()
    table = csv.writer(text, lineterminator='\n')
    table.writerow(['name', *(f'{key}{ending}' for ending in endings for key in metrics)])
    for label in tables[0].rows:
        table.writerow([label, *itertools.chain(*(group.rows[label] for group in tables))])
    return text.getvalue()


if __name__ == '__main__':
    main()
