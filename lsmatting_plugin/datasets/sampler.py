"""The order of training samples, and the identity of each one's random draws."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from mmengine.dataset import DefaultSampler

from ..registry import DATA_SAMPLERS


class Draw(NamedTuple):
    """One training sample: which item, and which of its endlessly many random versions.

    Attributes:
        index (int): Item of the data set.
        epoch (int): Pass over the data set, from 0.
        seed (int): Of the run.
    """

    index: int
    epoch: int
    seed: int

    def generator(self) -> np.random.Generator:
        """The generator of this sample's randomness, the same in every process."""
        return np.random.default_rng((self.seed, self.epoch, self.index))


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
