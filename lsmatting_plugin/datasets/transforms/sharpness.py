"""Blur and resampling, which hide how sharp the composed parts were."""

from collections.abc import Sequence

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import RandomTransform, as_keys, as_range
from .size import resize


@TRANSFORMS.register_module()
class RandomBlur(RandomTransform):
    """Blur images by one Gaussian kernel, of a random odd size along each axis.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's recipe, training pipeline (fg and bg); its baseline also blurs alpha.

    Args:
        keys (Sequence[str]): Images that share the coin and the kernel.
        prob (float): Probability of blurring, 0..1.
        kernel_range (tuple[int, int]): Least and greatest kernel size in pixels, both odd; the
            standard deviation follows from the size as in OpenCV.

    Raises:
        ValueError: If an argument is out of range or a kernel size is even.
    """

    def __init__(
        self, keys: Sequence[str], prob: float = 0.3, kernel_range: tuple[int, int] = (3, 7)
    ) -> None:
        super().__init__(prob)
        self.keys = as_keys(keys)
        self.kernel_range = as_range('kernel_range', kernel_range, minimum=1)
        if any(size % 2 == 0 for size in kernel_range):
            raise ValueError(f'kernel_range must hold odd sizes, got {kernel_range}')

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        low, high = self.kernel_range
        kernel = 2 * rng.integers(low // 2, high // 2, size=2, endpoint=True) + 1
        for key in self.keys:
            # sigma 0: 0.3 ((size - 1) / 2 - 1) + 0.8 along each axis
            results[key] = cv2.GaussianBlur(results[key], kernel.tolist(), sigmaX=0)


@TRANSFORMS.register_module()
class RandomRescale(RandomTransform):
    """Resize an image to a square and back, which changes its sharpness and resampling traces.

    Required keys: ``key``. Modified keys: the same.

    Source: the paper's recipe, training pipeline (fg and bg, each on its own coin).

    Args:
        key (str): Image to change.
        prob (float): Probability of resampling, 0..1.
        sizes (Sequence[int]): Sides of the square in pixels, each as likely; both ways are cubic.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, key: str, prob: float = 0.3, sizes: Sequence[int] = (960, 320)) -> None:
        super().__init__(prob)
        if not sizes or min(sizes) < 1:
            raise ValueError(f'sizes must hold sides of at least 1 pixel, got {sizes}')
        self.key = key
        self.sizes = tuple(sizes)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        image = results[self.key]
        side = int(rng.choice(self.sizes))
        results[self.key] = resize(resize(image, side, side), *image.shape[:2])
