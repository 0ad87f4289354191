"""Alphas that training has not seen."""

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import RandomTransform, as_range
from .blob import random_blob

MIN_GAMMA = 1e-3  # not 0: as 0^0 = 1 it would turn transparent pixels opaque


@TRANSFORMS.register_module()
class RandomAlphaGamma(RandomTransform):
    """Bend the soft part of an alpha matte by a power curve.

    With a in 0..1 the result is a^g or, as likely, 1 - (1 - a)^g, truncated to uint8. Transparent
    and opaque pixels stay as they are.

    Required keys: ``alpha`` (uint8, (H, W)). Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        prob (float): Probability of bending, 0..1.
        low (tuple[float, float]): One range of the exponent g, as likely as the other.
        high (tuple[float, float]): The other range of g.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        prob: float = 0.3,
        low: tuple[float, float] = (0.5, 1.0),
        high: tuple[float, float] = (1.0, 2.0),
    ) -> None:
        super().__init__(prob)
        self.low = as_range('low', low, minimum=MIN_GAMMA)
        self.high = as_range('high', high, minimum=MIN_GAMMA)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        gamma = rng.uniform(*(self.low if rng.random() < 0.5 else self.high))
        # In float64 0^g = 0 and 1^g = 1 exactly, so truncation leaves 0 and 255 alone.
        level = np.arange(256) / 255
        curve = level**gamma if rng.random() < 0.5 else 1 - (1 - level) ** gamma
        results['alpha'] = cv2.LUT(results['alpha'], (curve * 255).astype(np.uint8))


@TRANSFORMS.register_module()
class RandomOpacity(RandomTransform):
    """Make some large patches of a foreground see-through, as veils, flags and plastic are.

    There alpha is multiplied by an opacity that is even or, by a coin, changes smoothly.

    Required keys: ``alpha`` (uint8, (H, W)). Modified keys: the same.

    Args:
        prob (float): Probability of the change, 0..1.
        opacity (tuple[float, float]): Its range, 0..1.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, prob: float = 0.15, opacity: tuple[float, float] = (0.2, 0.98)) -> None:
        super().__init__(prob)
        self.opacity = as_range('opacity', opacity, 0, 1)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        alpha = results['alpha']
        patches = random_blob(alpha.shape, rng)
        opacity: float | np.ndarray = rng.uniform(*self.opacity)
        if rng.random() < 0.5:
            other = rng.uniform(*self.opacity)
            opacity = opacity + (other - opacity) * random_blob(alpha.shape, rng, softness=0.5)
        results['alpha'] = np.rint(alpha * (1 - patches * (1 - opacity))).astype(np.uint8)
