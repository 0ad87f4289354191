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
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

import numpy as np
from rich.console import Console

from lsmatting_plugin.datasets.transforms import RequireSameSize
from lsmatting_plugin.evaluation.functional import SHORT_NAMES
from lsmatting_plugin.evaluation.results import Results, read_results
from lsmatting_plugin.image_io import write_file
from lsmatting_plugin.photo import read_grey, read_matte, read_photo
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.visualization import (
    ScoreTable,
    SheetWriter,
    bar_charts,
    error_map,
    largest_window,
    outlined,
)
from lsmatting_plugin.visualization.comparison_page import Card, Crops, comparison_page

COLUMNS = {**SHORT_NAMES, 'seconds': 's / image'}  # lower is better in all of them
IMAGES_PER_SHEET = 3
MIN_CELL = 240  # pixels, smaller crops are enlarged
LEGEND = (
    'Error maps: white no error, red too opaque, blue too transparent (full colour at 0.5), '
    'grey known by the trimap'
)


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
        shown, missing = choose(methods, names, metrics[0], args.images)
        notes += missing
        for note in notes:
            print(f'Note: {note}', file=sys.stderr)
        with progress_bar() as progress:
            tracked = progress.track(shown, description='Drawing')
            crops = [crops_of(methods, name, metrics[0], args.crop) for name in tracked]
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
        images = {str(PurePosixPath(image['name']).with_suffix('')): image for image in results.images}
        if len(images) < len(results.images):
            raise ValueError(f'{path} has two images of one name')
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
        raise ValueError(f'No image was scored by all methods (images {counts})')
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
    """The mean errors over all images, and over those of each folder such as Trimap1."""
    folders = {}
    for name in names:
        folders.setdefault(str(PurePosixPath(name).parent), []).append(name)
    protocol = next((m.results.protocol for m in methods if m.results.protocol), 'unknown')
    title = f'Mean errors of {len(names)} images, protocol {protocol}, lower is better'
    groups = {title: names}
    if list(folders) != ['.']:
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
    return [
        fmean(image[key] for image in images) if key in images[0] else None for key in metrics
    ]


def choose(
    methods: list[Method], names: list[str], metric: str, number: int
) -> tuple[list[str], list[str]]:
    """The images to show, those first in which the methods differ most.

    Returns:
        Their names, and what is missing to show them, in words.
    """

    def spread(name: str) -> float:
        errors = [m.images[name][metric] for m in methods if metric in m.images[name]]
        return max(errors) - min(errors) if len(errors) > 1 else errors[0]

    def missing(name: str) -> list[str]:
        lacks = [key for key in ('trimap', 'alpha') if not path_of(methods, name, key)]
        return lacks + [f'matte of {m.label}' for m in methods if not path_of([m], name, 'matte')]

    complete = [name for name in names if not missing(name)]
    notes = []
    if number and not complete:
        notes.append(
            f'No crops: the results do not say where the {" and the ".join(missing(names[0]))} '
            'is; test with --show-dir'
        )
    return sorted(complete, key=spread, reverse=True)[:number], notes


def path_of(methods: list[Method], name: str, key: str) -> str | None:
    """The file of an image that any of the methods knows."""
    paths = (method.images[name].get('paths', {}).get(key) for method in methods)
    return next(filter(None, paths), None)


def crops_of(methods: list[Method], name: str, metric: str, side: int) -> Crops:
    """The window of one image in which the methods err most, as cards from left to right.

    Raises:
        FileNotFoundError: A file is not there any more.
        ValueError: A file is no image, or of another size than the others.
    """
    item = {f'{key}_path': path_of(methods, name, key) for key in ('image', 'trimap', 'alpha')}
    trimap, alpha = read_grey(item['trimap_path']), read_grey(item['alpha_path'])
    if item['image_path']:
        photo = read_photo(item['image_path']).pixels_8bit
    else:
        photo = np.full((*alpha.shape, 3), 128, np.uint8)
    item |= dict(image=photo, trimap=trimap, alpha=alpha)
    mattes = {}
    for method in methods:
        path = path_of([method], name, 'matte')
        mattes[method.label] = read_matte(path)
        item |= {f'matte of {method.label}': mattes[method.label]}
        item |= {f'matte of {method.label}_path': path}
    RequireSameSize(tuple(key for key in item if not key.endswith('_path')))(item)

    is_unknown = (trimap != 0) & (trimap != 255)
    errors = sum(np.abs(matte.astype(np.float32) - alpha) for matte in mattes.values())
    window = largest_window(errors * is_unknown, side)
    cards = [Card('image, trimap', dict(image=photo[window], trimap=trimap[window]))]
    for method in methods:
        matte = mattes[method.label]
        error = error_map(matte[window], alpha[window], trimap[window])
        value = method.images[name].get(metric)
        detail = '' if value is None else f'{COLUMNS[metric]} {value:.4g}'
        pictures = {f'matte of {method.label}': matte[window], f'error of {method.label}': error}
        cards.append(Card(method.label, pictures, detail))
    truth = {'true alpha': alpha[window], 'where in the image': outlined(photo, window)}
    cards.append(Card('ground truth, place', truth))
    rows, columns = window
    height, width = trimap[window].shape
    return Crops(name, f'{width} x {height} px at ({columns.start}, {rows.start})', cards)


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
    if crops:
        draw_sheets(args, crops)
    choice = (
        f'Of all images, the {len(crops)} in which the methods differ most: by the largest minus '
        f'the smallest {COLUMNS[metrics[0]]}. Of each, the window in which the absolute errors of '
        'all methods add up to the most. Numbers are of the whole image.'
    )
    facts = [f'{m.label}: {m.results.test_set}' for m in methods if m.results.test_set]
    title = f'{len(methods)} matting methods compared'
    page = comparison_page(title, notes, facts, tables, charts, crops, choice)
    write_file(page.encode(), args.out / 'compare.html')


def draw_sheets(args: argparse.Namespace, crops: list[Crops]) -> None:
    """The crops on contact sheets: mattes, and their errors in the row below."""
    titles = [card.title for card in crops[0].cards]
    sheets = SheetWriter(
        args.out / 'crops',
        titles,
        2 * IMAGES_PER_SHEET,
        [LEGEND],
        cell_size=max(MIN_CELL, args.crop + 6),
    )
    for image in crops:
        upper, lower = zip(*(card.pictures.values() for card in image.cards), strict=True)
        sheets.add([card.detail for card in image.cards], upper)
        sheets.add(f'{image.title}   {image.detail}', lower)
    sheets.write()


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
