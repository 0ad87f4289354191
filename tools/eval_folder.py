"""Scores a folder of mattes that any program wrote.

python tools/eval_folder.py mattes data/aim/test/alpha_copy data/aim/test/trimaps --out scores.csv
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lsmatting_plugin.evaluation.folder import Score, score_folder
from lsmatting_plugin.evaluation.functional import ALPHA_CLASSES, ERRORS, PROTOCOLS, SHORT_NAMES
from lsmatting_plugin.evaluation.results import Results, means_of, require_suffix
from lsmatting_plugin.parallel import add_workers_option
from lsmatting_plugin.printing import print_any_name
from lsmatting_plugin.progress import progress_bar

SHOWN = 40  # images in the table; of more, those with the largest SAD
CLASS_NAMES = dict(bg='alpha = 0', soft='0 < alpha < 1', fg='alpha = 1')


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description='Score a folder of mattes (or cut-outs, by their transparency). Files are '
        'paired by name without extension, in subfolders too. Exit status 1 if one could not be '
        'scored.'
    )
    parser.add_argument('mattes', type=Path, metavar='PRED', help='folder of predicted mattes')
    parser.add_argument('alphas', type=Path, metavar='GT', help='folder of true alphas')
    parser.add_argument('trimaps', type=Path, metavar='TRIMAP', help='folder of trimaps')
    parser.add_argument(
        '--protocol',
        choices=PROTOCOLS,
        default='dim',
        help="dim: the official MATLAB code; lsa: the paper's repository (default: %(default)s)",
    )
    parser.add_argument(
        '--compare-protocols',
        action='store_true',
        help='also show the mean errors of each protocol beside each other',
    )
    parser.add_argument(
        '--out',
        action='append',
        default=[],
        metavar='FILE',
        help='scores per image and their mean, as .json or .csv; may be given twice',
    )
    parser.add_argument('--name', help='of the method, in FILE (default: the name of PRED)')
    parser.add_argument(
        '--images', type=Path, metavar='DIR', help='the images, for tools/analysis/compare.py'
    )
    add_workers_option(parser)
    return parser.parse_args()


def main() -> None:
    """Scores, prints tables, writes files; says what could not be scored."""
    print_any_name()
    args = parse_args()
    others = [protocol for protocol in PROTOCOLS if protocol != args.protocol]
    protocols = (args.protocol, *(others if args.compare_protocols else ()))
    try:
        for out in args.out:
            require_suffix(out)
        total, scores = score_folder(
            args.mattes, args.alphas, args.trimaps, args.images, protocols, args.workers
        )
        with progress_bar() as progress:
            scores = sorted(progress.track(scores, total=total, description='Scoring'))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    failures = [score.failure for score in scores if score.failure]
    scores = [score for score in scores if not score.failure]
    if scores:
        name = args.name or args.mattes.resolve().name
        results = results_of(scores, args.protocol, name, f'{args.alphas}: {total} true alphas')
        console = Console()
        console.print(table_of_images(results))
        console.print(table_by_alpha(results))
        if args.compare_protocols:
            console.print(table_of_protocols(scores))
        for out in args.out:
            try:
                results.write(out)
            except OSError as error:
                sys.exit(f'{out} cannot be written: {error}')
            print(f'Written to {out}')
    if failures:
        sys.exit('\n'.join([f'{len(failures)} of {total} could not be scored:', *failures]))


def results_of(scores: list[Score], protocol: str, name: str, test_set: str) -> Results:
    """The scores by one protocol, and their means."""
    images = [
        dict(name=score.name, **score.errors[protocol], paths=score.paths) for score in scores
    ]
    mean = {}
    for key in ERRORS:
        mean |= means_of(key, [(image['name'], image[key]) for image in images])
    by_alpha = {
        kind: {key: fmean(score.by_alpha[kind][key] for score in scores) for key in values}
        for kind, values in scores[0].by_alpha.items()
    }
    return Results(name, images, mean, protocol, test_set, by_alpha)


def table_of_images(results: Results) -> Table:
    """The errors of each image, or of the worst ones, and their means."""
    images = results.images
    title = f"{escape(results.name)}: errors of {len(images)} images, protocol '{results.protocol}'"
    if len(images) > SHOWN:
        images = sorted(images, key=lambda image: image['SAD'], reverse=True)[:SHOWN]
        title += f', the {SHOWN} with the largest SAD'
    table = Table('', *SHORT_NAMES.values(), title=title)
    for image in images:
        table.add_row(escape(image['name']), *(f'{image[key]:.4f}' for key in ERRORS))
    table.add_section()
    folders = sorted({key.partition('/')[2] for key in results.mean} - {''})
    for folder in folders:
        means = (results.mean[f'{key}/{folder}'] for key in ERRORS)
        table.add_row(f'mean of {escape(folder)}', *(f'{mean:.4f}' for mean in means))
    table.add_row('mean', *(f'{results.mean[key]:.4f}' for key in ERRORS))
    return table


def table_by_alpha(results: Results) -> Table:
    """The mean errors of the pixels of each kind of true alpha."""
    title = 'The same by the true alpha; SAD, Grad and Conn add up'
    table = Table('', 'pixels', *SHORT_NAMES.values(), title=title)
    for kind in ALPHA_CLASSES:
        values = results.by_alpha[kind]
        errors = (f'{values[key]:.4f}' for key in ERRORS)
        table.add_row(CLASS_NAMES[kind], f'{values["pixels"]:.0f}', *errors)
    return table


def table_of_protocols(scores: list[Score]) -> Table:
    """The mean errors by each protocol."""
    table = Table('mean', *PROTOCOLS, 'lsa / dim', title='Protocols')
    for key in ERRORS:
        dim, lsa = (fmean(score.errors[name][key] for score in scores) for name in ('dim', 'lsa'))
        table.add_row(
            SHORT_NAMES[key], f'{dim:.4f}', f'{lsa:.4f}', f'{lsa / dim:.3f}' if dim else ''
        )
    return table


if __name__ == '__main__':
    main()
