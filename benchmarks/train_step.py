"""Times a training step, and its memory, beside the plain one: eager, float32, channels first.

python benchmarks/train_step.py [--config configs/lsm_r50_aim.py] [--batch 2] [--size 640]
"""

import argparse
import json
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

import torch
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from lsmatting_plugin.allocator import keep_freed_memory
from lsmatting_plugin.config_io import read_config
from lsmatting_plugin.models import decoder
from lsmatting_plugin.registry import MODELS
from lsmatting_plugin.structures import MattingDataSample

VARIANTS = {
    'plain': dict(is_plain=True),
    'this': {},
    '--recompute': dict(recompute=True),
    '--amp': dict(wrapper='AutocastOptimWrapper'),
    '--amp --recompute': dict(wrapper='AutocastOptimWrapper', recompute=True),
}
COMPILED = {
    '--compile': dict(compile=True),
    '--compile --amp': dict(wrapper='AutocastOptimWrapper', compile=True),
}
MB = 10**6


def main() -> None:
    """Prints a line per variant, each of which runs in processes of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', default='configs/lsm_r50_aim.py')
    parser.add_argument('--batch', type=int, default=2, help='images (default: %(default)s)')
    parser.add_argument('--size', type=int, default=640, help='pixels (default: %(default)s)')
    parser.add_argument('--steps', type=int, default=10, help='timed (default: %(default)s)')
    parser.add_argument('--rounds', type=int, default=2, help='default: %(default)s')
    parser.add_argument('--compile', action='store_true', help='also the compiled network')
    parser.add_argument(
        '--gpu-memory',
        action='store_true',
        help='without what makes a CPU faster at the cost of memory: megabytes as on a GPU',
    )
    parser.add_argument('--variant', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.variant:
        print(json.dumps(measure(args, **json.loads(args.variant))))
        return
    variants = VARIANTS | (COMPILED if args.compile else {})
    results: dict[str, list[dict]] = {name: [] for name in variants}
    for _ in range(args.rounds):
        for name, variant in variants.items():
            command = [sys.executable, *sys.argv, '--variant', json.dumps(variant)]
            run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            results[name].append(json.loads(run.stdout.splitlines()[-1]))

    print(f'{args.batch} x {args.size} x {args.size}, {torch.get_num_threads()} threads')
    print(
        'step               s (best)  ratio  loss differs by  MB kept for gradients  MB at most  '
        f'({args.steps} steps, {args.rounds} times)'
    )
    seconds = {name: min(run['seconds'] for run in runs) for name, runs in results.items()}
    expected = results['plain'][0]['losses']
    for name, (run, *_) in results.items():
        difference = max(abs(a - b) for a, b in zip(run['losses'], expected, strict=True))
        print(
            f'{name:18} {seconds[name]:8.2f} {seconds["plain"] / seconds[name]:6.2f} '
            f'{difference:16.1e} {run["kept"]:22,.0f} {run["peak"]:11,.0f}'
        )
    print('losses:', ' '.join(f'{loss:.4f}' for loss in expected))


def measure(args: argparse.Namespace, is_plain: bool = False, **options) -> dict:
    """Best seconds of a step, the losses, and megabytes.

    ``kept`` is what a forward pass keeps for the backward pass, ``peak`` by how much the process
    has grown since torch was loaded: weights, gradients, Adam's two averages, activations, and
    what layers need while they work.
    """
    MMLogger.get_instance('mmengine').setLevel(logging.ERROR)
    if is_plain or args.gpu_memory:
        decoder.is_worthwhile = lambda *_: False
    else:
        keep_freed_memory()
    before = peak_megabytes()
    step = step_of(args, is_plain=is_plain, **options)
    seconds, losses = [], []
    for _ in range(args.steps):
        begin = time.perf_counter()
        losses.append(step())
        seconds.append(time.perf_counter() - begin)
    peak = peak_megabytes() - before
    # The first one warms up.
    return dict(seconds=min(seconds[1:]), losses=losses, kept=kept_megabytes(step), peak=peak)


def step_of(
    args: argparse.Namespace,
    is_plain: bool,
    wrapper: str = 'OptimWrapper',
    compile: bool = False,
    recompute: bool = False,
) -> Callable[[], float]:
    """A function that does one step of a freshly initialised network, and returns the loss."""
    cfg = read_config(args.config, {})
    init_default_scope(cfg.default_scope)
    model = dict(cfg.model, train_cfg=dict(compile=compile))
    model['encoder'] = dict(model['encoder'], pretrained=None, with_cp=recompute)
    model['decoder'] = dict(model['decoder'], with_cp=recompute)
    torch.manual_seed(0)
    network = MODELS.build(model)
    network.init_weights()
    network.train()
    settings = dict(cfg.optim_wrapper, type=wrapper)
    if is_plain:
        settings['constructor'] = 'DefaultOptimWrapperConstructor'
        settings['optimizer'] = dict(settings['optimizer'], fused=False)
    else:
        network.to(memory_format=torch.channels_last)
    optimizer = build_optim_wrapper(network, settings)
    data = batch_of(args.batch, args.size)

    def step() -> float:
        return network.train_step(data, optimizer)['loss'].item()

    return step


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


def kept_megabytes(step: Callable[[], float]) -> float:
    """What a step keeps for its gradients, each piece of memory once; weights are not counted."""
    sizes = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        step()
    return sum(sizes.values()) / MB


def peak_megabytes() -> float:
    """Of this process, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


if __name__ == '__main__':
    main()
