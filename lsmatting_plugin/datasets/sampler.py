"""The order of training samples, and the identity of each one's random draws."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from mmengine.dataset import DefaultSampler

from ..registry import DATA_SAMPLERS


class Draw(int):
    """The index of a training sample that also says which of its random versions is meant.

    It is an int, so that mmengine's data set wrappers take it for a plain index; what they compute
    from it to reach the wrapped data set (``ConcatDataset`` subtracts, ``RepeatDataset`` takes the
    remainder) is still the same draw.

    Args:
        index (int): Item of the data set.
        epoch (int): Pass over the data set, from 0.
        seed (int): Of the run.
        origin (int, optional): The index that the sampler drew, where ``index`` was computed from
            it.
    """

    epoch: int
    seed: int
    origin: int

    def __new__(cls, index: int, epoch: int, seed: int, origin: int | None = None) -> 'Draw':
        """An int, which takes its value before ``__init__``."""
        draw = super().__new__(cls, index)
        draw.epoch = epoch
        draw.seed = seed
        draw.origin = index if origin is None else origin
        return draw

    def generator(self) -> np.random.Generator:
        """The generator of this sample's randomness, the same in every process."""
        return np.random.default_rng((self.seed, self.epoch, self.origin))

    def __sub__(self, offset: int) -> 'Draw':
        return Draw(int(self) - offset, self.epoch, self.seed, self.origin)

    def __mod__(self, length: int) -> 'Draw':
        return Draw(int(self) % length, self.epoch, self.seed, self.origin)

    def __getnewargs__(self) -> tuple[int, int, int, int]:  # type: ignore[override]
        """How worker processes get it; int's own is of one argument."""
        return int(self), self.epoch, self.seed, self.origin

    def __repr__(self) -> str:
        return f'Draw({int(self)}, epoch={self.epoch}, seed={self.seed})'


@DATA_SAMPLERS.register_module()
class DrawSampler(DefaultSampler):
    """mmengine's ``DefaultSampler`` that tells the data set epoch and seed beside the index.

    With them a sample is a function of (seed, epoch, index): the same whatever the number of
    workers and processes, and after resuming a run. The arguments are those of
    ``DefaultSampler``; the runner passes its own seed.
    """

    _num_skipped = 0

    def skip_once(self, count: int) -> None:
        """Leaves out the first samples of the next pass, which a resumed run has seen.

        Args:
            count (int): Of this process's share; the length stays that of a whole pass.
        """
        self._num_skipped = count

    def __iter__(self) -> Iterator[Draw]:
        """This process's share of the epoch, shuffled by seed and epoch."""
        first, self._num_skipped = self._num_skipped, 0
        indices = islice(super().__iter__(), first, None)
        return (Draw(index, self.epoch, self.seed) for index in indices)
