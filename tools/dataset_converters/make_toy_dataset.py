"""Generate a matting data set in AIM's folder layout, from nothing but a seed."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a plain checkout

import cv2
import numpy as np

from lsmatting_plugin.datasets.procedural import write_dataset

LAYOUT = """
OUT/train/fg, OUT/train/alpha       foregrounds and their alphas, PNG of equal names
OUT/train/coco_bg                   backgrounds, JPG
OUT/test/merged, OUT/test/trimaps, OUT/test/alpha_copy
                                    composites, trimaps (0, 128, 255), true alphas; equal names
OUT/manifest.json                   the arguments, written last

A run that was cut off goes on where it stopped; a finished one is left as it is.
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=LAYOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('out', type=Path, metavar='OUT', help='folder of the data set')
    parser.add_argument('--num-fg', type=int, default=60, help='training foregrounds (60)')
    parser.add_argument('--num-bg', type=int, default=80, help='training backgrounds (80)')
    parser.add_argument('--num-test-fg', type=int, default=8, help='test foregrounds (8)')
    parser.add_argument(
        '--bgs-per-test-fg', type=int, default=2, help='composites of each test foreground (2)'
    )
    parser.add_argument('--size', type=int, default=384, help='long side of the pictures, px (384)')
    parser.add_argument('--seed', type=int, default=0, help='another seed, another data set (0)')
    parser.add_argument(
        '--workers', type=int, help='processes, 0: none but this (one a core, up to 8)'
    )
    parser.add_argument(
        '--photos',
        metavar='FOLDER|skimage|sklearn',
        help='cut some of the backgrounds from the photographs of this folder, or from the samples '
        'of that library if it is installed',
    )
    parser.add_argument(
        '--photo-share', type=float, default=0.5, help='how many of the backgrounds, 0..1 (0.5)'
    )
    return parser.parse_args()


def mean_soft_share(folder: Path) -> float:
    """Mean share of pixels with 0 < alpha < 255 over the alphas of a folder; 0 if it is empty."""
    alphas = (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in sorted(folder.glob('*.png')))
    shares = [((alpha > 0) & (alpha < 255)).mean() for alpha in alphas]
    return float(np.mean(shares)) if shares else 0.0


def main() -> None:
    """Write the data set and report on it."""
    args = parse_args()
    try:
        root = write_dataset(
            args.out,
            num_fg=args.num_fg,
            num_bg=args.num_bg,
            size=args.size,
            seed=args.seed,
            num_test_fg=args.num_test_fg,
            bgs_per_test_fg=args.bgs_per_test_fg,
            num_workers=args.workers,
            photos=args.photos,
            photo_share=args.photo_share,
        )
    except (ValueError, OSError, ModuleNotFoundError) as error:
        sys.exit(str(error))
    print(
        f'{root}: {args.num_fg} training foregrounds, {args.num_bg} backgrounds, '
        f'{args.num_test_fg * args.bgs_per_test_fg} test composites, long side {args.size} px'
    )
    share = mean_soft_share(root / 'train/alpha')
    print(f'soft pixels (0 < alpha < 255) of the training alphas: {share:.1%} on average')


if __name__ == '__main__':
    main()
