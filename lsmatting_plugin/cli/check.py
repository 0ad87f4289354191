"""Look whether a trimap is good before a matte is made of it.

  lsmatting check photo.jpg trimap.png [-o regions.png]

Tells sizes, values and what they are taken as, and what is odd; -o writes the photo with its
regions in colours: object green, background blue, unknown as it is.
"""

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ..cutout import require_same_size, trimap_warnings
from ..photo import check_format, read_grey, read_photo, write_picture
from ..trimap import BG, FG, UNKNOWN, snap_trimap
from ..visualization import regions_over
from .pairs import Pair, keep_apart

HELP = 'check a trimap, and see its regions'
MOST_VALUES = 12  # of a histogram


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('image', help='the photo')
    parser.add_argument('trimap', help='its trimap')
    parser.add_argument('-o', '--out', help='write a picture of the regions')
    parser.add_argument('--strict', action='store_true', help='as in lsmatting matte')


def run(args: argparse.Namespace) -> int:
    """Prints the tables; returns 1 where something would spoil a matte."""
    if args.out is not None:
        check_format(args.out, has_alpha=False, is_16bit=False)
        keep_apart([Pair(Path(args.image), Path(args.trimap), Path(args.out))])
    photo, values = read_photo(args.image), read_grey(args.trimap)
    require_same_size(photo.pixels, values)
    snapped = snap_trimap(values, args.strict)
    console = Console()
    height, width = values.shape
    console.print(f'{width} x {height} pixels, photo and trimap')
    for note in photo.notes:
        console.print(f'photo: {note}')
    console.print(_values_table(values, snapped.trimap))
    for value, name in ((FG, 'object'), (UNKNOWN, 'unknown'), (BG, 'background')):
        console.print(f'{name}: {np.mean(snapped.trimap == value):.1%}')
    warnings = trimap_warnings(snapped, '--strict takes them as unknown')
    warnings += _border_warnings(snapped.trimap)
    for warning in warnings:
        console.print(f'- {warning}', soft_wrap=True)
    if not warnings:
        console.print('Nothing odd.')
    if args.out is not None:
        write_picture(regions_over(photo.pixels_8bit, snapped.trimap), args.out)
        console.print(f'{args.out} written', soft_wrap=True, markup=False)
    is_useless = not (snapped.trimap == UNKNOWN).any() or (snapped.trimap == UNKNOWN).all()
    return int(is_useless)


def _values_table(values: np.ndarray, trimap: np.ndarray) -> Table:
    """The most frequent values, and what they are taken as."""
    counts = np.bincount(values.ravel(), minlength=256)
    names = {FG: 'object', UNKNOWN: 'unknown', BG: 'background'}
    table = Table('value', 'pixels', 'share', 'taken as', title='Values of the trimap')
    frequent = sorted(np.argsort(-counts, kind='stable')[:MOST_VALUES])
    for value in (v for v in frequent if counts[v]):
        taken = names[int(trimap[values == value][0])]
        table.add_row(f'{value}', f'{counts[value]}', f'{counts[value] / values.size:.2%}', taken)
    others = np.count_nonzero(counts) - len([v for v in frequent if counts[v]])
    if others:
        table.caption = f'and {others} rarer values'
    return table


def _border_warnings(trimap: np.ndarray) -> list[str]:
    """Where the unknown region runs out of the picture, nothing is known beyond it."""
    border = np.concatenate([trimap[0], trimap[-1], trimap[:, 0], trimap[:, -1]])
    share = np.mean(border == UNKNOWN)
    if share == 0:
        return []
    return [f"the unknown region touches the picture's border ({share:.0%} of it)"]
