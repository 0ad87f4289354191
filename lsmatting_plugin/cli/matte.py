"""Cut objects out of photos, given their trimaps (0 background, 255 object, between unknown).

By default the result is a PNG with transparency, whose colours are the object's own: the old
background does not shine through at hair and edges.

  lsmatting matte photo.jpg trimap.png -o cutout.png
  lsmatting matte photo.jpg trimap.png -o on_white.jpg --bg white
  lsmatting matte photo.jpg trimap.png -o on_beach.png --bg beach.jpg
  lsmatting matte photos/ trimaps/ -o cutouts/ --recursive --skip-existing --workers 2
  lsmatting matte 'photos/*.jpg' trimaps/ -o mattes/ --alpha-only --16bit
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from PIL import ImageColor

from ..cutout import cut_out, require_same_size, trimap_warnings
from ..parallel import unordered_map
from ..photo import check_format, read_grey, read_photo, to_greys, write_picture
from ..trimap import snap_trimap
from ..visualization import cover
from .batch import run_batch
from .estimators import (
    EstimatorOptions,
    add_estimator_arguments,
    estimator,
    estimator_name,
    estimator_options,
)
from .pairs import Pair, find_pairs

HELP = 'cut an object out of a photo, given a trimap'


@dataclass(frozen=True)
class MatteOptions:
    """What is done with each photo.

    Attributes:
        estimator (EstimatorOptions): What computes the mattes.
        alpha_only (bool): The result is the matte.
        background (str | None): A colour or an image file; None is transparency.
        is_16bit (bool): Results have 16 bits a channel.
        strict (bool): Only 0 and 255 of a trimap are known.
    """

    estimator: EstimatorOptions
    alpha_only: bool
    background: str | None
    is_16bit: bool
    strict: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('image', help='a photo, a folder of photos, or a pattern in quotes')
    parser.add_argument('trimap', help='its trimap; for several photos a folder, of equal names')
    parser.add_argument(
        '-o', '--out', required=True, help='result: a file; for several photos a folder'
    )
    add_matte_arguments(parser)
    parser.add_argument(
        '--skip-existing', action='store_true', help='pass over photos whose result is there'
    )
    parser.add_argument(
        '--workers', type=int, default=0, metavar='N', help='processes (default: this one)'
    )


def add_matte_arguments(parser: argparse.ArgumentParser) -> None:
    """What of the options says how each photo of a folder is cut out."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--alpha-only', action='store_true', help='write the matte, in greys')
    what.add_argument(
        '--bg', metavar='COLOUR|IMAGE', help="put it on 'white', '#20a0ff' or an image file"
    )
    parser.add_argument('--16bit', dest='is_16bit', action='store_true', help='16 bits a channel')
    parser.add_argument(
        '--strict',
        action='store_true',
        help='take nothing but 0 and 255 of a trimap as known (default: below 50 and above 200)',
    )
    add_estimator_arguments(parser)
    parser.add_argument(
        '--recursive', action='store_true', help="work on a folder's subfolders too"
    )


def run(args: argparse.Namespace) -> int:
    """Cuts out what the command line names; returns the exit status."""
    options = matte_options(args)
    pairs = find_pairs(
        args.image,
        args.trimap,
        args.out,
        suffix='.png',
        recursive=args.recursive,
        for_all=args.bg,
    )
    require_possible(pairs, options)
    print(f'Mattes by {estimator_name(options.estimator)}', file=sys.stderr)
    work = partial(matte_file, options=options)
    map_jobs = partial(unordered_map, num_workers=args.workers)
    return run_batch(work, pairs, map_jobs, args.skip_existing, 'matting')


def matte_options(args: argparse.Namespace) -> MatteOptions:
    """What the command line asks for.

    Raises:
        ValueError: Options contradict one another.
    """
    return MatteOptions(
        estimator=estimator_options(args),
        alpha_only=args.alpha_only,
        background=args.bg,
        is_16bit=args.is_16bit,
        strict=args.strict,
    )


def require_possible(pairs: Sequence[Pair], options: MatteOptions) -> None:
    """Checks what may be wrong for all photos, to say it once and before the work.

    Raises:
        ValueError: Results cannot be written so, or the background is none.
    """
    has_alpha = not (options.alpha_only or options.background)
    for pair in pairs:
        check_format(pair.out, has_alpha, options.is_16bit)
    if options.background is not None:
        _background(options.background)


def matte_file(pair: Pair, warnings: list[str], options: MatteOptions) -> None:
    """Cuts out one photo's object and writes it.

    Raises:
        OSError, ValueError: A file cannot be read or written, or does not fit the other.
    """
    if pair.trimap is None:
        raise ValueError('no trimap of its name')
    photo = read_photo(pair.image)
    warnings += photo.notes
    trimap = read_grey(pair.trimap)
    require_same_size(photo.pixels, trimap)
    snapped = snap_trimap(trimap, options.strict)
    warnings += trimap_warnings(snapped, '--strict takes them as unknown')
    estimate = estimator(options.estimator)
    if options.alpha_only:
        alpha = estimate(photo.pixels_8bit, snapped.trimap)
        result = to_greys(alpha, options.is_16bit)
    else:
        cut = cut_out(estimate, photo.pixels, snapped.trimap)
        if options.background is None:
            result = cut.rgba(options.is_16bit)
        else:
            bg = cover(_background(options.background), snapped.trimap.shape)
            result = cut.over(bg, options.is_16bit)
    write_picture(result, pair.out, photo.icc_profile)


@lru_cache(maxsize=1)
def _background(name: str) -> np.ndarray:
    """A colour, as one pixel, or the picture in a file; BGR."""
    try:
        rgb = ImageColor.getrgb(name)[:3]
    except ValueError:
        try:
            return read_photo(name).pixels
        except FileNotFoundError:
            raise ValueError(
                f"--bg {name}: neither a colour ('white', '#ffffff') nor an image file"
            ) from None
    return np.array(rgb[::-1], np.uint8).reshape(1, 1, 3)
