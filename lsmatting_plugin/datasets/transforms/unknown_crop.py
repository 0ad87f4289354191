"""Windows around what a trimap leaves unknown."""

from collections.abc import Sequence

import numpy as np

from ...image_sizes import common_size
from ...registry import TRANSFORMS
from ...trimap import UNKNOWN
from .base import Transform, as_keys
from .randomness import generator


@TRANSFORMS.register_module()
class RandomUnknownCrop(Transform):
    """Cut a square window around a random unknown pixel, moved to lie within the images.

    Where nothing is unknown the window lies anywhere.

    Required keys: ``trimap`` (uint8, (H, W)) and ``keys``. Modified keys: ``keys``.

    Args:
        keys (Sequence[str]): Images of one size.
        size (int): Height and width of the window in pixels.

    Raises:
        ValueError: If ``size`` is below 1, the images differ in size or are smaller than it.
    """

    def __init__(self, keys: Sequence[str], size: int = 256) -> None:
        if size < 1:
            raise ValueError(f'size must be at least 1 pixel, got {size}')
        self.keys = as_keys(keys)
        self.size = size

    def transform(self, results: dict) -> dict:
        """Cut all images alike."""
        height, width = common_size(results, self.keys)
        if min(height, width) < self.size:
            raise ValueError(
                f'a window of {self.size} x {self.size} pixels does not fit into images of '
                f'{width} x {height}'
            )
        rng = generator(results)
        unknown = np.flatnonzero(results['trimap'] == UNKNOWN)
        centre = (
            unknown[rng.integers(len(unknown))] if len(unknown) else rng.integers(height * width)
        )
        row, column = divmod(int(centre), width)
        top = min(max(row - self.size // 2, 0), height - self.size)
        left = min(max(column - self.size // 2, 0), width - self.size)
        window = np.s_[top : top + self.size, left : left + self.size]
        for key in self.keys:
            results[key] = results[key][window]
        return results
