"""Times prediction beside the plain network, run eagerly.

python benchmarks/inference.py [--size 800] [--compile] [--memory]
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tests'))

import numpy as np
import torch
from oracles.weights import disc, stir
from rich.console import Console
from rich.table import Table

from lsmatting_plugin.apis import MattingInferencer, init_model
from lsmatting_plugin.models import PredictionNetwork

VARIANTS = {
    'float32': dict(),
    'bfloat16': dict(dtype=torch.bfloat16),
    'tiles of 512': dict(tile=512),
    'compiled': dict(compiles=True),
    'bfloat16, compiled': dict(dtype=torch.bfloat16, compiles=True),
}
# Height, width and side of the tiles, 0 for none.
MEMORY_CASES = ((800, 800, 0), (1600, 2400, 0), (1600, 2400, 512), (4000, 6000, 1024))


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', default='configs/lsm_r50_aim.py')
    parser.add_argument('--size', type=int, default=800, help='pixels (default: %(default)s)')
    parser.add_argument('--runs', type=int, default=5, help='best of (default: %(default)s)')
    parser.add_argument('--compile', action='store_true', help='torch.compile too (minutes)')
    parser.add_argument('--memory', action='store_true', help='only peak memory, with large photos')
    parser.add_argument('--peak-of', help=argparse.SUPPRESS)
    return parser.parse_args()


@torch.no_grad()
def main() -> None:
    """Prints the table."""
    args = parse_args()
    if args.peak_of:
        report_peak(args.config, *map(int, args.peak_of.split(',')))
        return
    if args.memory:
        for case in MEMORY_CASES:
            job = ['--config', args.config, '--peak-of', ','.join(map(str, case))]
            subprocess.run([sys.executable, __file__, *job], check=True)
        return
    torch.manual_seed(0)
    model = stir(init_model(args.config, device='cpu'))
    variants = {k: v for k, v in VARIANTS.items() if args.compile or 'compiled' not in k}
    networks = {
        name: PredictionNetwork(model.encoder, model.skip, model.decoder, **options)
        for name, options in variants.items()
    }
    title = f'{args.size} x {args.size}, seconds; error: largest where alpha is unknown'
    table = Table('unknown', 'network', 'seconds', 'plain / this', 'error', title=title)
    size = -(-args.size // 64) * 64 + 64  # framed
    for band in (args.size // 20, args.size // 5, 10 * args.size):
        inputs = disc(size, band)
        is_wanted = (inputs[:, 3:] > 0) & (inputs[:, 3:] < 1)
        functions = {'plain': lambda x=inputs: model(x)}
        for name, network in networks.items():
            functions[name] = lambda n=network, x=inputs, w=is_wanted: n(x, w)
        expected = {name: function() for name, function in functions.items()}  # warms up
        # Turn by turn, so that a drift of the machine's speed meets all alike.
        rounds = [[seconds(f) for f in functions.values()] for _ in range(args.runs)]
        best = dict(zip(functions, np.min(rounds, axis=0), strict=True))
        for name, value in best.items():
            error = (expected[name] - expected['plain']).abs()[is_wanted].max().item()
            ratio = best['plain'] / value
            share = f'{is_wanted.float().mean():.0%}'
            table.add_row(share, name, f'{value:.3f}', f'{ratio:.2f}', f'{error:.1e}')
        table.add_section()
    Console().print(table)


def seconds(function) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def report_peak(config: str, height: int, width: int, tile: int) -> None:
    """Peak memory of this whole process, from the image as an array to its matte."""
    inferencer = MattingInferencer(config, device='cpu', tile=tile or None, max_size=None)
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    trimap = np.full((height, width), 128, np.uint8)
    start = time.perf_counter()
    assert inferencer(image, trimap)['pred_alpha'].shape == (height, width)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    tiles = f'tiles of {tile}' if tile else 'whole'
    print(f'{width} x {height}, all unknown, {tiles}: {took:.1f} s, peak {peak:.2f} GiB')


if __name__ == '__main__':
    main()
