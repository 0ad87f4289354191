"""Lays out Adobe Image Matting, COCO and VOC for this project, and composites the test set.

python tools/dataset_converters/prepare_aim.py ADOBE --coco train2017 --voc JPEGImages
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

from lsmatting_plugin.datasets.preparation import (
    COMPOSITING_MODES,
    MANIFEST,
    find_listed,
    listed_foregrounds,
    make_own_folder,
    place,
    prepare_test_set,
    training_files,
)
from lsmatting_plugin.parallel import add_workers_option
from lsmatting_plugin.progress import progress_bar
from lsmatting_plugin.whole_files import remove_leftovers

LAYOUT = """
OUT/train/fg, OUT/train/alpha, OUT/train/coco_bg
OUT/test/merged, OUT/test/trimaps, OUT/test/alpha_copy, OUT/test/manifest.json

Foregrounds, alphas, trimaps and backgrounds are linked, composites written. A run that was cut off
goes on where it was. Published numbers come from both ways of compositing and differ by 2.5 SAD;
the manifest tells which it was, with checksums of the composites' pixels.
"""


def parse_args() -> argparse.Namespace:
    """The command line."""
    modes = '; '.join(f'{name}: {what}' for name, what in COMPOSITING_MODES.items())
    parser = argparse.ArgumentParser(
        description='Prepare Adobe Image Matting and Composition-1k.',
        epilog=LAYOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('adobe', type=Path, help='holds Training_set and Test_set, as delivered')
    parser.add_argument('--coco', type=Path, help="folder of COCO's training images")
    parser.add_argument('--voc', type=Path, help="folder of VOC's images, JPEGImages")
    parser.add_argument('--out', type=Path, default=Path('data/aim'), help='(%(default)s)')
    parser.add_argument('--mode', choices=list(COMPOSITING_MODES), default='adobe', help=modes)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument('--link', action='store_true', help='link files (the default)')
    ways.add_argument('--copy', action='store_true', help='copy files instead of linking them')
    parser.add_argument(
        '--listed-backgrounds',
        action='store_true',
        help="of COCO only what Adobe's training_bg_names.txt lists (default: all)",
    )
    parser.add_argument('--skip-train', action='store_true', help='prepare the test set only')
    parser.add_argument('--skip-test', action='store_true', help='prepare the training set only')
    add_workers_option(parser)
    args = parser.parse_args()
    if not args.skip_train and args.coco is None:
        parser.error('--coco is needed for the training set; or give --skip-train')
    if not args.skip_test and args.voc is None:
        parser.error('--voc is needed for the test set; or give --skip-test')
    return args


def main() -> None:
    """Prepares both sets; says what could not be done."""
    args = parse_args()
    try:
        if not args.skip_train:
            prepare_training_set(args)
        failures = [] if args.skip_test else prepare_composites(args)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    if failures:
        sys.exit('\n'.join([f'{len(failures)} composites could not be made:', *failures]))
    print(f'To check all files: python tools/dataset_converters/check_dataset.py {args.out}')


def prepare_training_set(args: argparse.Namespace) -> None:
    """Links or copies foregrounds, alphas and backgrounds."""
    train = args.out / 'train'
    folders = training_files(args.adobe, args.coco, args.listed_backgrounds)
    for folder, files in folders.items():
        make_own_folder(train / folder, files)
    placed = [
        (source, train / folder / name)
        for folder, files in folders.items()
        for name, source in files.items()
    ]
    with progress_bar() as progress:
        for source, target in progress.track(placed, description='Training set'):
            place(source, target, args.copy)
    for folder in folders:
        remove_leftovers(train / folder)
    counts = len(folders['fg']), len(folders['coco_bg'])
    print(f'{train}: {counts[0]} foregrounds, {counts[1]} backgrounds')


def prepare_composites(args: argparse.Namespace) -> list[str]:
    """Composites the test set; what failed, in words."""
    test = args.out / 'test'
    foregrounds = listed_foregrounds(args.adobe)
    names = [name for foreground in foregrounds for name in foreground.backgrounds]
    total, composites = prepare_test_set(
        foregrounds,
        find_listed(names, args.voc, 'images of VOC'),
        test,
        args.mode,
        args.copy,
        args.workers,
    )
    with progress_bar() as progress:
        done = list(progress.track(composites, total=total, description='Compositing'))
    failures = sorted(one.error for one in done if one.error)
    kept = sum(one.was_there for one in done)
    print(
        f"{test}: {total - kept - len(failures)} composites of mode '{args.mode}' written, {kept} "
        f'were there; checksums in {test / MANIFEST}'
        if not failures
        else f'{test}: {total - len(failures)} of {total} composites are there'
    )
    return failures


if __name__ == '__main__':
    main()
