"""Times the training pipeline beside the plain formulation: every step on whole images.

python benchmarks/data_pipeline.py data/aim/train [--config configs/lsm_r50_aim.py]
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tests'))

import cv2
from mmengine.logging import MMLogger
from mmengine.runner import Runner
from oracles.plain_pipeline import plain_pipeline
from torch.utils.data import DataLoader

from lsmatting_plugin.allocator import keep_freed_memory
from lsmatting_plugin.config_io import read_config
from lsmatting_plugin.registry import DATASETS


def main() -> None:
    """Prints a line per pipeline: samples per second out of a loader, best of several runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('data', help="a training set in AIM's layout")
    parser.add_argument('--config', default='configs/lsm_r50_aim.py')
    parser.add_argument('--workers', type=int, default=1, help='default: %(default)s')
    parser.add_argument('--samples', type=int, default=150, help='a run (default: %(default)s)')
    parser.add_argument('--runs', type=int, default=3, help='best of (default: %(default)s)')
    args = parser.parse_args()
    MMLogger.get_instance('mmengine').setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        loaders = {'plain': loader_of(args, plain=True)}
        samples_per_second(loaders['plain'])  # starts its worker
        keep_freed_memory()  # as tools/train.py does; workers have it from their parent
        loaders['this'] = loader_of(args)
        cache = dict(folder=folder, max_gigabytes=20)
        loaders['this, from the cache'] = loader_of(args, image_cache=cache)
        for _ in range(2):  # compiles and, mostly, fills the cache
            samples_per_second(loaders['this, from the cache'])
        rates = dict.fromkeys(loaders, 0.0)
        for _ in range(args.runs):
            for name, loader in loaders.items():
                rates[name] = max(rates[name], samples_per_second(loader))
    print(f'{args.data}: {args.workers} worker, batches of 1, {args.samples} samples a run')
    print(f'{"pipeline":22} samples/s  ratio')
    for name, rate in rates.items():
        print(f'{name:22} {rate:9.1f}  {rate / rates["plain"]:5.2f}')


def loader_of(args: argparse.Namespace, plain: bool = False, **settings) -> DataLoader:
    """The config's training loader on the data."""
    cfg = read_config(args.config, {})
    dataset = cfg.train_dataloader.dataset
    dataset.update(data_root=args.data, indices=args.samples, **settings)
    if plain:
        dataset.pipeline = plain_pipeline(dataset.pipeline)
    loader = dict(
        cfg.train_dataloader,
        dataset=DATASETS.build(dict(dataset, _scope_='lsmatting_plugin')),
        sampler=dict(type='lsmatting_plugin.DrawSampler', shuffle=True),
        batch_size=1,
        num_workers=args.workers,
        persistent_workers=True,  # so that starting them is not timed after the first run
    )
    return Runner.build_dataloader(loader, seed=0)


def samples_per_second(loader: DataLoader) -> float:
    """Of one pass, from the first sample on."""
    batches = iter(loader)
    next(batches)
    begin = time.perf_counter()
    count = sum(1 for _ in batches)
    return count / (time.perf_counter() - begin)


if __name__ == '__main__':
    cv2.setNumThreads(0)  # as in a loader's worker
    main()
