"""Measures the memory of a training step on the CPU, by batch, crop and option.

python benchmarks/train_memory.py [--config configs/lsm_r50_aim.py] [--sizes 640] [--batches 1 2]
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

OPTIONS = {
    'float32': {},
    'float32, --recompute': dict(recompute=True),
    'bfloat16': dict(type='AutocastOptimWrapper'),
    'bfloat16, --recompute': dict(type='AutocastOptimWrapper', recompute=True),
}
MB = 10**6


def main() -> None:
    """Prints a line per case; each is measured in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', default='configs/lsm_r50_aim.py')
    parser.add_argument('--sizes', type=int, nargs='+', default=[640], metavar='PX')
    parser.add_argument('--batches', type=int, nargs='+', default=[1, 2], metavar='N')
    parser.add_argument('--case', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.case:
        print(json.dumps(measure(args.config, **json.loads(args.case))))
        return
    print('crop  batch  options                 activations kept MB  peak MB')
    for size, name, batch in itertools.product(args.sizes, OPTIONS, args.batches):
        case = json.dumps(dict(size=size, batch=batch, options=OPTIONS[name]))
        command = [sys.executable, __file__, '--config', args.config, '--case', case]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        kept, peak = json.loads(result.stdout.splitlines()[-1])
        print(f'{size:4}  {batch:5}  {name:22} {kept:20,.0f}  {peak:7,.0f}', flush=True)


def measure(config: str, size: int, batch: int, options: dict) -> tuple[float, float]:
    """Megabytes that a forward pass keeps for the backward pass, and at most during two steps.

    The latter is what the process has grown by since torch was loaded: weights, gradients, Adam's
    two averages, activations and what the layers need while they work.
    """
    import train_step
    from mmengine.registry import init_default_scope

    cfg = train_step.read_config(config, {})
    init_default_scope(cfg.default_scope)
    before = peak_megabytes()
    data = train_step.batch_of(batch, size)
    step = train_step.step_of(cfg, data, **options)
    step()
    step()
    peak = peak_megabytes() - before
    return kept_megabytes(step), peak


def kept_megabytes(step) -> float:
    """What a step's graph holds, each piece of memory once; weights are not counted."""
    import torch

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
