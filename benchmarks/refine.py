"""Times a step of backpropagating refinement beside the plain formulation.

python benchmarks/refine.py [--config configs/lsm_r50_aim.py] [--size 512]
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tests'))

import torch
from oracles.refine import refine as oracle
from oracles.weights import disc, stir

from lsmatting_plugin.apis import init_model
from lsmatting_plugin.models import BackpropRefiner, PredictionNetwork

# Above the paper's 20, so that an untrained network moves too.
LR = 500.0


def main() -> None:
    """Prints a line per share of unknown pixels."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', default='configs/lsm_r50_aim.py')
    parser.add_argument('--size', type=int, default=512, help='pixels (default: %(default)s)')
    parser.add_argument('--steps', type=int, default=5, help='timed (default: %(default)s)')
    parser.add_argument('--runs', type=int, default=2, help='best of (default: %(default)s)')
    args = parser.parse_args()
    torch.manual_seed(0)
    model = stir(init_model(args.config, device='cpu'))
    network = PredictionNetwork(model.encoder, model.skip, model.decoder)
    print('unknown  plain s/step  this s/step  ratio  moved by  differs by  (after 20 steps)')
    for band in (args.size // 20, args.size // 10, args.size // 5, args.size // 3):
        inputs = disc(args.size, band)

        def fast(steps: int, inputs: torch.Tensor = inputs) -> torch.Tensor:
            return BackpropRefiner(steps, LR).refine(network, inputs)

        def plain(steps: int, inputs: torch.Tensor = inputs) -> torch.Tensor:
            return oracle(model, inputs, steps, LR)

        rounds = [[per_step(f, args.steps) for f in (plain, fast)] for _ in range(args.runs)]
        slow, quick = (min(times) for times in zip(*rounds, strict=True))
        refined = fast(20)
        moved = (refined - fast(1)).abs().max()
        difference = (plain(20) - refined).abs().max()
        share = ((inputs[:, 3] > 0.25) & (inputs[:, 3] < 0.75)).float().mean()
        print(
            f'{share:7.0%}  {slow:12.3f}  {quick:11.3f}  {slow / quick:5.1f}  {moved:8.1e}  '
            f'{difference:10.1e}'
        )


def per_step(refine, steps: int) -> float:
    """Seconds of a step, without what comes before the first."""
    begin = time.perf_counter()
    refine(1)
    middle = time.perf_counter()
    refine(steps + 1)
    return (time.perf_counter() - middle - (middle - begin)) / steps


if __name__ == '__main__':
    main()
