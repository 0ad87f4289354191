"""Compares the results of several methods: a table, charts, and crops where they differ.

python tools/test.py CONFIG CHECKPOINT --out ours.json --show-dir mattes/ours
python tools/eval_folder.py mattes/other GT TRIMAP --images MERGED --out other.json
python tools/analysis/compare.py ours.json other=other.json --out work_dirs/comparison
"""

import argparse
import csv
import filecmp
import io
import itertools
import sys
from collections import Counter
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from rich.console import Console

from lsmatting_plugin.evaluation.functional import SHORT_NAMES
from lsmatting_plugin.evaluation.results import Results, read_results
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.visualization import ScoreTable, bar_charts
from lsmatting_plugin.visualization.comparison_page import comparison_page
from lsmatting_plugin.visualization.crops import Crops, crops_of, draw_sheets
from lsmatting_plugin.whole_files import write_file

COLUMNS = {**SHORT_NAMES, 'seconds': 's / image'}  # lower is better in all of them


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
        tables = tables_of(methods, names, metrics)
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


class Method(NamedTuple):
    """The results of one method.

    Attributes:
        label (str): What it is called here.
        results (Results): As read.
        images (dict[str, dict]): Those of the results by their name without extension, in which a
            test and a folder of mattes may differ.
    """

    label: str
    results: Results
    images: dict[str, dict]


def read_methods(arguments: list[str]) -> list[Method]:
    """The results that the command line names.

    Raises:
        FileNotFoundError: A file is not there.
        ValueError: A file holds no results, or two methods or images have the same name.
    """
    methods = []
    for argument in arguments:
        label, is_labelled, path = argument.partition('=')
        if not is_labelled or Path(argument).is_file():
            label, path = '', argument
        results = read_results(path)
        label = label or results.name
        try:
            names = [str(PurePosixPath(i['name']).with_suffix('')) for i in results.images]
        except (KeyError, TypeError) as error:
            raise ValueError(f'{path} holds no results: an image of it has no name') from error
        name, count = Counter(names).most_common(1)[0] if names else ('', 0)
        if count > 1:
            raise ValueError(
                f'{path} has {count} images called {name}, and extensions do not count: rename '
                'them, or put them in different folders, and test anew, which lists images of one '
                'name with their folders'
            )
        images = dict(zip(names, results.images, strict=True))
        if label in (method.label for method in methods):
            raise ValueError(f'Two results are called {label}: tell them apart, LABEL={path}')
        methods.append(Method(label, results, images))
    return methods


def common_ground(methods: list[Method]) -> tuple[list[str], list[str], list[str]]:
    """What can be compared.

    Returns:
        The images for which every method has all its metrics; the metrics that any method has; and
        what makes the comparison less than fair, in words.

    Raises:
        ValueError: Protocols differ, or no image or metric is common.
    """
    protocols = {method.label: method.results.protocol for method in methods}
    known = {protocol for protocol in protocols.values() if protocol}
    if len(known) > 1:
        listed = ', '.join(f'{label}: {protocol}' for label, protocol in protocols.items())
        raise ValueError(f'Errors of different protocols cannot be compared ({listed})')
    notes = []
    silent = [label for label, protocol in protocols.items() if not protocol]
    if silent:
        notes.append(f'By which protocol {", ".join(silent)} was scored is not known')

    metrics = {
        method.label: [key for key in COLUMNS if any(key in i for i in method.images.values())]
        for method in methods
    }
    scored = [
        [name for name, image in method.images.items() if set(metrics[method.label]) <= set(image)]
        for method in methods
    ]
    names = [name for name in scored[0] if all(name in others for others in map(set, scored[1:]))]
    all_metrics = [key for key in COLUMNS if any(key in keys for keys in metrics.values())]
    if not names or all_metrics in ([], ['seconds']):
        counts = ', '.join(f'{method.label}: {len(method.images)}' for method in methods)
        raise ValueError(f'No image was scored for all methods (images: {counts})')
    everything = set().union(*(method.images for method in methods))
    if len(names) < len(everything):
        counts = ', '.join(
            f'{method.label} {len(found)}' for method, found in zip(methods, scored, strict=True)
        )
        notes.append(
            f'Means are over the {len(names)} images that all methods have in common, of '
            f'{len(everything)} (scored: {counts})'
        )
    return names, all_metrics, notes + different_files(methods, names)


def different_files(methods: list[Method], names: list[str]) -> list[str]:
    """Of which images two methods were scored on different files, in words."""
    notes = []
    for (one, other), key in itertools.product(
        itertools.pairwise(methods), ('image', 'trimap', 'alpha')
    ):
        pairs = [
            [Path(method.images[name].get('paths', {}).get(key, '')) for method in (one, other)]
            for name in names
        ]
        count = sum(
            a != b and a.is_file() and b.is_file() and not filecmp.cmp(a, b, shallow=False)
            for a, b in pairs
        )
        if count:
            notes.append(
                f'{one.label} and {other.label} were scored with different files ({key}) for '
                f'{count} of {len(names)} images'
            )
    return notes


def tables_of(methods: list[Method], names: list[str], metrics: list[str]) -> list[ScoreTable]:
    """The mean errors over all images, and over each folder of which a method has means."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folder = str(PurePosixPath(name).parent)
        if any(f'{metric}/{folder}' in m.results.mean for m in methods for metric in metrics):
            folders.setdefault(folder, []).append(name)
    protocol = next((m.results.protocol for m in methods if m.results.protocol), 'unknown')
    title = f'Mean errors of {len(names)} images, protocol {protocol}, lower is better'
    groups = {title: names}
    groups |= {f'{folder}: {len(group)} images': group for folder, group in folders.items()}
    columns = [COLUMNS[key] for key in metrics]
    return [
        ScoreTable(
            title, columns, {method.label: means(method, group, metrics) for method in methods}
        )
        for title, group in groups.items()
    ]


def means(method: Method, names: list[str], metrics: list[str]) -> list[float | None]:
    """Of some images; None for a metric that the method lacks."""
    images = [method.images[name] for name in names]
    return [fmean(image[key] for image in images) if key in images[0] else None for key in metrics]


def choose(
    methods: list[Method], names: list[str], metric: str, number: int
) -> tuple[list[Method], list[str], list[str]]:
    """What to show as crops: images in which the methods differ most, of one method the worst.

    Returns:
        The methods whose mattes are there; names of the images, in that order; and what is missing,
        in words.
    """

    def spread(name: str) -> float:
        errors = [m.images[name][metric] for m in methods if metric in m.images[name]]
        return max(errors) - min(errors) if len(errors) > 1 else errors[0]

    def is_complete(name: str) -> bool:
        has_truth = all(path_of(methods, name, key) for key in ('trimap', 'alpha'))
        return has_truth and all(path_of([method], name, 'matte') for method in drawn)

    drawn = [m for m in methods if any(path_of([m], name, 'matte') for name in names)]
    complete = [name for name in names if drawn and is_complete(name)]
    notes = []
    absent = ', '.join(method.label for method in methods if method not in drawn)
    if number and absent:
        notes.append(f'No crops of {absent}: no mattes are where the results say; see --show-dir')
    if number and drawn and not complete:
        notes.append('No crops: trimaps, true alphas or mattes are not where the results say')
    return drawn, sorted(complete, key=spread, reverse=True)[:number], notes


def path_of(methods: list[Method], name: str, key: str) -> str | None:
    """The file of an image, if it is there, that any of the methods knows."""
    paths = (method.images[name].get('paths', {}).get(key) for method in methods)
    return next((path for path in paths if path and Path(path).is_file()), None)


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
