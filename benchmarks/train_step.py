"""Times a training step beside the plain one: eager, float32, channels first, unfused.

python benchmarks/train_step.py [--config configs/lsm_r50_aim.py] [--size 640] [--compile]
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from lsmatting_plugin.config_io import read_config
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.structures import MattingDataSample

PLAIN = dict(constructor='DefaultOptimWrapperConstructor', fused=False)


def main() -> None:
    """Prints a line per variant: seconds of a step, and how far its losses are from the plain."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', default='configs/lsm_r50_aim.py')
    parser.add_argument('--batch', type=int, default=2, help='images (default: %(default)s)')
    parser.add_argument('--size', type=int, default=640, help='pixels (default: %(default)s)')
    parser.add_argument('--steps', type=int, default=10, help='timed (default: %(default)s)')
    parser.add_argument('--compile', action='store_true', help='also the compiled network')
    args = parser.parse_args()
    MMLogger.get_instance('mmengine').setLevel(logging.ERROR)
    cfg = read_config(args.config, {})
    init_default_scope(cfg.default_scope)
    data = batch_of(args.batch, args.size)
    steps = {
        'plain': step_of(cfg, data, torch.contiguous_format, **PLAIN),
        'this': step_of(cfg, data),
        'this, --amp': step_of(cfg, data, type='AutocastOptimWrapper'),
        'this, --recompute': step_of(cfg, data, recompute=True),
    }
    if args.compile:
        steps['this, --compile'] = step_of(cfg, data, compile=True)
        amp = step_of(cfg, data, type='AutocastOptimWrapper', compile=True)
        steps['this, --compile --amp'] = amp

    seconds = {name: [] for name in steps}
    losses = {name: [] for name in steps}
    for _ in range(args.steps + 1):  # of which the first warms up
        for name, step in steps.items():
            begin = time.perf_counter()
            losses[name].append(step())
            seconds[name].append(time.perf_counter() - begin)

    print(f'{args.batch} x {args.size} x {args.size}, {torch.get_num_threads()} threads')
    print(f'{"step":22} s (best)  ratio  loss differs by  (in {args.steps} steps)')
    plain = min(seconds['plain'][1:])
    for name in steps:
        best = min(seconds[name][1:])
        pairs = zip(losses[name], losses['plain'], strict=True)
        difference = max(abs(loss - other) for loss, other in list(pairs)[: args.steps])
        print(f'{name:22} {best:8.2f} {plain / best:6.2f} {difference:16.1e}')
    print('losses:', ' '.join(f'{loss:.4f}' for loss in losses['this'][: args.steps]))


def batch_of(batch: int, size: int) -> dict:
    """Noise, with true alphas that have something to do with it: discs with a soft edge."""
    torch.manual_seed(1)
    position = torch.arange(size) - (size - 1) / 2
    distance = (position[:, None] ** 2 + position**2).sqrt()
    inputs, samples = [], []
    for i in range(batch):
        alpha = ((size / (3 + i) - distance) / size * 8 + 0.5).clamp(0, 1)[None]
        inputs.append((torch.rand(3, size, size) + alpha) * 127)
        sample = MattingDataSample()
        is_soft = (alpha > 0) & (alpha < 1)
        sample.trimap = torch.where(is_soft, 128, alpha * 255).to(torch.uint8)
        sample.gt_alpha = (alpha * 255).to(torch.uint8)
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)


def step_of(
    cfg: Config,
    data: dict,
    memory_format: torch.memory_format = torch.channels_last,
    fused: bool = True,
    compile: bool = False,
    recompute: bool = False,
    **wrapper,
) -> Callable[[], float]:
    """A function that does one step of a freshly initialised network, and returns the loss."""
    model = dict(cfg.model, train_cfg=dict(compile=compile))
    model['encoder'] = dict(model['encoder'], pretrained=None, with_cp=recompute)
    model['decoder'] = dict(model['decoder'], with_cp=recompute)
    torch.manual_seed(0)
    network = MODELS.build(model)
    network.init_weights()
    network.train().to(memory_format=memory_format)
    settings = dict(cfg.optim_wrapper, **wrapper)
    settings['optimizer'] = dict(settings['optimizer'], fused=fused)
    optimizer = build_optim_wrapper(network, settings)

    def step() -> float:
        return network.train_step(data, optimizer)['loss'].item()

    return step


if __name__ == '__main__':
    main()
