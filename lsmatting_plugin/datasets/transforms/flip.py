"""Flips and transposes."""

from collections.abc import Sequence

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import RandomTransform, as_keys


@TRANSFORMS.register_module()
class RandomFlip(RandomTransform):
    """Mirror images together.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's fine-tuning on alphamatting.com, horizontal and vertical.

    Args:
        keys (Sequence[str]): Images that share the coin.
        prob (float): Probability of mirroring, 0..1.
        direction (str): 'horizontal' swaps left and right, 'vertical' top and bottom.

    Raises:
        ValueError: If an argument is out of range.
    """

    FLIP_CODES = {'horizontal': 1, 'vertical': 0}

    def __init__(
        self, keys: Sequence[str], prob: float = 0.5, direction: str = 'horizontal'
    ) -> None:
        super().__init__(prob)
        if direction not in self.FLIP_CODES:
            raise ValueError(f'direction must be one of {list(self.FLIP_CODES)}, got {direction!r}')
        self.keys = as_keys(keys)
        self.direction = direction

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        for key in self.keys:
            results[key] = cv2.flip(results[key], self.FLIP_CODES[self.direction])


@TRANSFORMS.register_module()
class RandomTranspose(RandomTransform):
    """Swap rows and columns of images together.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's fine-tuning on alphamatting.com.

    Args:
        keys (Sequence[str]): Images that share the coin.
        prob (float): Probability of swapping, 0..1.

    Raises:
        ValueError: If ``prob`` is outside 0..1.
    """

    def __init__(self, keys: Sequence[str], prob: float = 0.5) -> None:
        super().__init__(prob)
        self.keys = as_keys(keys)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        for key in self.keys:
            results[key] = cv2.transpose(results[key])
