"""Times the guide of the shipped model beside closed-form matting, its search beside all pairs.

python benchmarks/guidance.py [--size 800]
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tests'))

import cv2
import numpy as np
from oracles.colour_sampling import best_pairs
from rich.console import Console
from rich.table import Table

from lsmatting_plugin.apis import AlphaEstimator
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.datasets.procedural.writer import merge
from lsmatting_plugin.guidance.classical import estimate_alpha
from lsmatting_plugin.guidance.colour_sampling import sample_colours
from lsmatting_plugin.parallel import available_cores
from lsmatting_plugin.trimap import trimap_of_mask

SMALL = 64  # pixels; of the picture on which all pairs are tried


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', type=int, default=800, help='long side, pixels')
    parser.add_argument('--runs', type=int, default=3, help='best of (default: %(default)s)')
    args = parser.parse_args()
    network = AlphaEstimator()
    methods = {
        'closed-form': lambda *pair: estimate_alpha(*pair, 'closed-form'),
        'sampled closed-form': lambda *pair: estimate_alpha(*pair, 'sampled-closed-form'),
        network.name: network,
    }
    table = Table('unknown', *methods, title=f'Seconds (error), {available_cores()} cores')
    for width in (4, 16, 40):
        image, alpha, trimap = picture(args.size, width)
        is_unknown = trimap == 128
        mattes = [method(image, trimap) for method in methods.values()]  # compiles what it must
        errors = [np.abs(matte - alpha / 255)[is_unknown].mean() for matte in mattes]
        # Turn by turn, so that a drift of the machine's speed meets all alike.
        rounds = [
            [seconds(method, image, trimap) for method in methods.values()]
            for _ in range(args.runs)
        ]
        cells = [f'{s:.2f} ({e:.4f})' for s, e in zip(np.min(rounds, axis=0), errors, strict=True)]
        table.add_row(f'{is_unknown.mean():.0%}', *cells)
    Console().print(table)

    image, _, trimap = picture(SMALL, 4)
    slow, fast = (seconds(method, image, trimap) for method in (best_pairs, sample_colours))
    print(f'{SMALL} px, all pairs {slow:.2f} s, the search {fast:.4f} s: {slow / fast:.0f} times')


def picture(size: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A generated photo with hair, its alpha, and a trimap with this margin."""
    rng = np.random.default_rng(4)
    fg, alpha = make_foreground(size, rng, 'hair')
    bg = cv2.GaussianBlur(make_background(size, rng), (0, 0), size / 100)
    return merge(fg, alpha, bg), alpha, trimap_of_mask(alpha, width)


def seconds(method, *arguments) -> float:
    """Of one call."""
    start = time.perf_counter()
    method(*arguments)
    return time.perf_counter() - start


if __name__ == '__main__':
    main()
