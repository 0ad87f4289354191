"""What sensor and file do to a picture."""

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import RandomTransform, Transform, as_range


@TRANSFORMS.register_module()
class RandomNoise(RandomTransform):
    """Add Gaussian noise, equal in all channels by half.

    Required keys: ``merged`` ((H, W, 3), 0..255). Modified keys: the same, float32.

    Args:
        prob (float): Probability of noise, 0..1.
        sigma (tuple[float, float]): Range of its standard deviation, of 255.

    Raises:
        ValueError: An argument is out of range.
    """

    def __init__(self, prob: float = 0.3, sigma: tuple[float, float] = (0.5, 5)) -> None:
        super().__init__(prob)
        self.sigma = as_range('sigma', sigma, minimum=0)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        merged = results['merged']
        noise = rng.standard_normal(merged.shape, np.float32)
        grey = rng.standard_normal((*merged.shape[:2], 1), np.float32)
        sigma = np.float32(rng.uniform(*self.sigma) / np.sqrt(2))
        results['merged'] = np.clip(merged + sigma * (noise + grey), 0, 255)


@TRANSFORMS.register_module()
class RandomJpeg(RandomTransform):
    """Compress as a JPEG file and read it back.

    Required keys: ``merged`` ((H, W, 3), 0..255). Modified keys: the same, uint8.

    Args:
        prob (float): Probability of compressing, 0..1.
        quality (tuple[int, int]): Range of the file's quality, 1..100.

    Raises:
        ValueError: An argument is out of range.
    """

    def __init__(self, prob: float = 0.3, quality: tuple[int, int] = (60, 95)) -> None:
        super().__init__(prob)
        self.quality = as_range('quality', quality, 1, 100)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        quality = int(rng.integers(*self.quality, endpoint=True))
        pixels = np.rint(results['merged']).astype(np.uint8)
        file = cv2.imencode('.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
        results['merged'] = cv2.imdecode(file, cv2.IMREAD_COLOR)


@TRANSFORMS.register_module()
class Quantise(Transform):
    """Round a composite to the 8 bits that image files have.

    Required keys: ``merged`` ((H, W, 3), 0..255). Modified keys: the same, uint8.
    """

    def transform(self, results: dict) -> dict:
        """Round."""
        results['merged'] = np.rint(results['merged']).astype(np.uint8)
        return results
