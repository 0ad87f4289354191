"""What the transforms share: how they print, the coin they toss, the checks of their arguments."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from mmcv.transforms import BaseTransform

from .randomness import generator

Number = TypeVar('Number', int, float)


class Transform(BaseTransform):
    """A transform that keeps each argument in an attribute of the same name, and prints them."""

    def __repr__(self) -> str:
        arguments = ', '.join(
            f'{name}={value!r}' for name, value in vars(self).items() if not name.startswith('_')
        )
        return f'{type(self).__name__}({arguments})'


class RandomTransform(Transform):
    """A transform that changes a sample with a given probability.

    Args:
        prob (float): Probability of the change, 0..1.

    Raises:
        ValueError: If ``prob`` is outside 0..1.
    """

    def __init__(self, prob: float) -> None:
        self.prob = as_probability('prob', prob)

    def transform(self, results: dict) -> dict:
        """Toss one coin for the sample and change it, or hand it on as it is."""
        rng = generator(results)
        if rng.random() < self.prob:
            self._change(results, rng)
        return results

    @abstractmethod
    def _change(self, results: dict, rng: np.random.Generator) -> None:
        """Put new arrays into ``results``; those that came in stay as they are."""


def as_keys(keys: str | Sequence[str]) -> tuple[str, ...]:
    """The keys as a tuple; a lone string is one key.

    Raises:
        ValueError: If there is no key.
    """
    keys = (keys,) if isinstance(keys, str) else tuple(keys)
    if not keys:
        raise ValueError('keys must name at least one image')
    return keys


def as_probability(name: str, value: float) -> float:
    """The value, which is a probability.

    Raises:
        ValueError: Unless it is within 0..1; it calls the value ``name``.
    """
    if not 0 <= value <= 1:
        raise ValueError(f'{name} must be within 0..1, got {value}')
    return value


def as_range(
    name: str, bounds: Sequence[Number], minimum: float, maximum: float = float('inf')
) -> tuple[Number, Number]:
    """The bounds as a tuple (low, high), both inclusive.

    Raises:
        ValueError: Unless ``minimum <= low <= high <= maximum``; it calls the bounds ``name``.
    """
    low, high = bounds
    if not minimum <= low <= high <= maximum:
        raise ValueError(
            f'{name} must be (low, high) with {minimum} <= low <= high <= {maximum}, got {bounds}'
        )
    return low, high
