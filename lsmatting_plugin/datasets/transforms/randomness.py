"""Where the random numbers of a training sample come from."""

import random
from collections.abc import Callable

import numpy as np
import torch
from mmengine.dist import get_rank
from torch.utils.data import get_worker_info


def generator(results: dict) -> np.random.Generator:
    """The random generator of this sample, the only source its transforms draw from.

    The training datasets of this plugin put a generator into ``results['rng']`` that depends on
    (seed, epoch, index) alone: a sample is the same whatever the number of workers or processes,
    and after resuming. In a foreign dataset it is seeded, once per sample, so that no two samples
    share it, whatever their process, loader worker and epoch (:func:`stream_seed`).

    Args:
        results (dict): The sample on its way through the pipeline.

    Returns:
        np.random.Generator: Shared by all the transforms that this sample meets.
    """
    if 'rng' not in results:
        results['rng'] = np.random.default_rng(stream_seed())
    return results['rng']


def seed_worker(worker_id: int, first: Callable[[int], None] | None = None) -> None:
    """Seeds a loader worker's global generators, which foreign transforms draw from.

    mmengine seeds them by process and worker, but anew in each epoch where workers do not persist,
    so that the augmentations of all epochs are those of the first.

    Args:
        worker_id (int): Of torch's ``DataLoader``, which calls this in the worker.
        first (Callable, optional): Another ``worker_init_fn``, mmengine's, to call before.
    """
    if first is not None:
        first(worker_id)
    seeds = np.random.SeedSequence(stream_seed()).generate_state(3)
    seeders: tuple[Callable[[int], object], ...] = (np.random.seed, random.seed, torch.manual_seed)
    for seed, seed_by in zip(seeds, seeders, strict=True):
        seed_by(int(seed))


def stream_seed() -> tuple[int, int, int]:
    """Entropy that is new at each call, and in each process, loader worker and epoch.

    numpy's global state alone is not: a forked worker copies its parent's, mmengine gives workers
    the same in each epoch, and processes without workers all have the seed of the run.
    """
    worker = get_worker_info()
    epoch_seed = worker.seed if worker else 0  # torch draws it anew whenever workers start
    return int(np.random.randint(2**63, dtype=np.uint64)), get_rank(), epoch_seed
