"""The order of training samples, and the identity of each one's random draws."""

from collections.abc import Iterator

import numpy as np
from mmengine.dataset import DefaultSampler

from ..registry import DATA_SAMPLERS


class Draw(int):
    """The index of a training sample that also says which of its random versions is meant.

    It is an int, so that data sets which know nothing of it (mmengine's ``ConcatDataset``) take it
    for a plain index.

    Args:
        index (int): Item of the data set.
        epoch (int): Pass over the data set, from 0.
        seed (int): Of the run.
    """

    epoch: int
    seed: int

    def __new__(cls, index: int, epoch: int, seed: int) -> 'Draw':
        """An int, which takes its value before ``__init__``."""
        draw = super().__new__(cls, index)
        draw.epoch = epoch
        draw.seed = seed
        return draw

    def __getnewargs__(self) -> tuple[int, int, int]:
        """How worker processes get it."""
        return int(self), self.epoch, self.seed

    def __repr__(self) -> str:
        return f'Draw({int(self)}, epoch={self.epoch}, seed={self.seed})'

    def generator(self) -> np.random.Generator:
        """The generator of this sample's randomness, the same in every process."""
        return np.random.default_rng((self.seed, self.epoch, int(self)))


@DATA_SAMPLERS.register_module()
class DrawSampler(DefaultSampler):
    """mmengine's ``DefaultSampler`` that tells the data set epoch and seed beside the index.

    With them a sample is a function of (seed, epoch, index): the same whatever the number of
    workers and processes, and after resuming a run. The arguments are those of
    ``DefaultSampler``; the runner passes its own seed.
    """

    def __iter__(self) -> Iterator[Draw]:
        """This process's share of the epoch, shuffled by seed and epoch."""
        return (Draw(index, self.epoch, self.seed) for index in super().__iter__())
