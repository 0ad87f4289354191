"""Make a trimap: object (255), background (0), and between them what is unknown (128).

  lsmatting trimap mask.png -o trimap.png --width 12        from a mask or matte, 12 px to each side
  lsmatting trimap masks/ -o trimaps/ --width 2%            a folder; 2 % of the shorter side
  lsmatting trimap photo.jpg --box 40,30,500,620 -o t.png   from a box: left,top,width,height
  lsmatting trimap photo.jpg --scribbles s.png -o t.png     from strokes

Strokes are light on the object, dark on the background, and lie on grey.
"""

import argparse
from functools import partial

from ..cutout import require_same_size
from ..parallel import unordered_map
from ..photo import check_format, read_grey, read_photo, write_picture
from ..trimap import BG, FG, trimap_of_box, trimap_of_mask, trimap_of_scribbles
from .batch import run_batch
from .pairs import Pair, find_images

HELP = 'make a trimap from a mask, a box or a few strokes'
SURE = dict(object=FG, background=BG)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument('image', help='a mask or matte, a folder of them; or a photo, see below')
    parser.add_argument('-o', '--out', required=True, help='the trimap; for a folder, a folder')
    parser.add_argument(
        '--width',
        default='2%',
        help="how far the unknown region reaches to each side of the edge: pixels, or '%%' of the "
        "image's shorter side (default: 2%%)",
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument('--box', metavar='LEFT,TOP,WIDTH,HEIGHT', help='all of the object is inside')
    start.add_argument('--scribbles', metavar='FILE', help="strokes, an image of the photo's size")
    parser.add_argument(
        '--recursive', action='store_true', help="work on a folder's subfolders too"
    )
    parser.add_argument('--skip-existing', action='store_true', help='keep trimaps that are there')
    parser.add_argument(
        '--workers', type=int, default=0, metavar='N', help='processes (default: this one)'
    )


def run(args: argparse.Namespace) -> int:
    """Makes the trimaps; returns the exit status."""
    box = None if args.box is None else parse_box(args.box)
    parse_width(args.width, 1)
    pairs = find_images(
        args.image,
        args.out,
        suffix='.png',
        recursive=args.recursive,
        for_all=args.scribbles,
    )
    for pair in pairs:
        check_format(pair.out, has_alpha=False, is_16bit=False)
        if pair.out.suffix.lower() in ('.jpg', '.jpeg'):
            raise ValueError(f'{pair.out}: JPEG blurs the values of a trimap; write a .png')
    work = partial(trimap_file, width=args.width, box=box, scribbles=args.scribbles)
    map_jobs = partial(unordered_map, num_workers=args.workers)
    return run_batch(work, pairs, map_jobs, args.skip_existing, 'making trimaps')


def trimap_file(
    pair: Pair,
    warnings: list[str],
    width: str,
    box: tuple[int, int, int, int] | None,
    scribbles: str | None,
) -> None:
    """Makes one trimap and writes it.

    Raises:
        OSError, ValueError: A file cannot be read or written, or box or strokes do not fit it.
    """
    if box is None and scribbles is None:
        mask = read_grey(pair.image)
        trimap = trimap_of_mask(mask, parse_width(width, min(mask.shape)))
    else:
        photo = read_photo(pair.image).pixels_8bit
        reach = parse_width(width, min(photo.shape[:2]))
        if box is not None:
            trimap = trimap_of_box(photo, box, reach)
        else:
            assert scribbles is not None
            strokes = read_grey(scribbles)
            require_same_size(photo, strokes, what=f'{scribbles} (--scribbles)')
            trimap = trimap_of_scribbles(photo, strokes, reach)
    write_picture(trimap, pair.out)
    missing = [name for name, value in SURE.items() if not (trimap == value).any()]
    warnings += [f'the trimap has no sure {name}' for name in missing]


def parse_width(width: str, shorter_side: int) -> float:
    """Pixels of a width such as '12' or '2%'.

    Raises:
        ValueError: It is neither, or negative.
    """
    try:
        number = float(width.removesuffix('%'))
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:  # wider than any image
        raise ValueError(
            f"--width {width}: expected are pixels, such as 12, or a share such as '2%'"
        )
    return number * shorter_side / 100 if width.endswith('%') else number


def parse_box(box: str) -> tuple[int, int, int, int]:
    """Left, top, width and height of a box such as '40,30,500,620'.

    Raises:
        ValueError: It is no such box.
    """
    try:
        left, top, width, height = map(int, box.split(','))
    except ValueError:
        raise ValueError(f'--box {box}: expected are four numbers, LEFT,TOP,WIDTH,HEIGHT') from None
    return left, top, width, height
