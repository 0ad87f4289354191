"""Times the re-estimation of foregrounds side by side with the alternatives.

python benchmarks/reestimate.py [--cf]
"""

import argparse
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tests'))

import cv2
import numpy as np
from oracles.reestimate_numpy import reestimate_foreground as oracle
from rich.console import Console
from rich.table import Table

from lsmatting_plugin.datasets.procedural import make_foreground
from lsmatting_plugin.foreground import reestimate_cf, reestimate_foreground, reestimate_ml
from lsmatting_plugin.parallel import available_cores

SIZES = {'512': (512, 512), '1080p': (1080, 1920), '12 MP': (3000, 4000)}


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--cf', action='store_true', help='time closed-form too (minutes)')
    parser.add_argument('--sizes', nargs='+', choices=SIZES, default=list(SIZES))
    parser.add_argument('--runs', type=int, default=3, help='best of (default: %(default)s)')
    parser.add_argument('--memory', action='store_true', help='only the peak at 6000 x 4000')
    return parser.parse_args()


def main() -> None:
    """Prints the table, or the peak memory."""
    args = parse_args()
    if args.memory:
        report_memory()
        return
    methods = {
        'numpy': oracle,
        'this': reestimate_foreground,
        'pymatting ml': reestimate_ml,
    }
    if args.cf:
        methods['pymatting cf'] = reestimate_cf
    tiny = picture(64, 64)
    first = seconds(reestimate_foreground, tiny)
    print(f'First call, compiled or read from the cache on disk: {first:.1f} s')
    reestimate_ml(*tiny)  # compiles likewise

    table = Table('size', *methods, 'numpy / this', title=f'Seconds, {available_cores()} cores')
    for name in args.sizes:
        pair = picture(*SIZES[name])
        # Turn by turn, so that a drift of the machine's speed meets all alike.
        rounds = [[seconds(f, pair) for f in methods.values()] for _ in range(args.runs)]
        best = np.min(rounds, axis=0)
        cells = [f'{value:.3f}' for value in best]
        table.add_row(name, *cells, f'{best[0] / best[1]:.1f}')
        difference = np.abs(oracle(*pair).astype(int) - reestimate_foreground(*pair)).max()
        print(f'{name}: this differs from straight numpy by at most {difference} level')
    Console().print(table)


def picture(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A generated foreground and its matte, enlarged: hair before nothing."""
    fg, alpha = make_foreground(512, np.random.default_rng(0), 'hair')
    size = (width, height)
    return cv2.resize(fg, size), cv2.resize(alpha, size)


def seconds(function, pair: tuple[np.ndarray, np.ndarray]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    function(*pair)
    return time.perf_counter() - start


def report_memory() -> None:
    """Peak of this process at 6000 x 4000, above what it had before, in float32 images."""
    pair = picture(4000, 6000)
    reestimate_foreground(*picture(64, 64))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reestimate_foreground(*pair)
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    image = 4000 * 6000 * 3 * 4
    print(f'6000 x 4000: peak {extra / 2**20:.0f} MiB more, {extra / image:.2f} float32 images')


if __name__ == '__main__':
    main()
