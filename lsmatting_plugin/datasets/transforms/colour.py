"""Colours that training has not seen: inversion, channel order, tint and jitter."""

from abc import abstractmethod
from collections.abc import Sequence

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import RandomTransform, Transform, as_keys
from .randomness import generator


class _RandomColour(RandomTransform):
    """A random change of the colours of one uint8 image, (H, W, 3)."""

    def __init__(self, key: str = 'fg', prob: float = 0.3) -> None:
        super().__init__(prob)
        self.key = key

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        results[self.key] = self._recolour(results[self.key], rng)

    @abstractmethod
    def _recolour(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The image in its new colours, a new array."""


@TRANSFORMS.register_module()
class RandomInvert(_RandomColour):
    """Turn an image into its negative.

    Required keys: ``key`` (uint8). Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        key (str): Image to change.
        prob (float): Probability of inverting, 0..1.

    Raises:
        ValueError: If ``prob`` is outside 0..1.
    """

    def _recolour(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return 255 - image


@TRANSFORMS.register_module()
class RandomChannelShuffle(_RandomColour):
    """Put the colour channels in another order; each of the 6 is as likely, the old one included.

    Required keys: ``key``. Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        key (str): Image to change.
        prob (float): Probability of shuffling, 0..1.

    Raises:
        ValueError: If ``prob`` is outside 0..1.
    """

    def _recolour(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.take(image, rng.permutation(3), axis=-1)


@TRANSFORMS.register_module()
class RandomChannelBlend(_RandomColour):
    """Blend each channel c with a colour of its own by a weight of its own.

    c becomes c * w + colour * (1 - w), w uniform in 0..1, colour uniform in 0..255.

    Required keys: ``key`` (uint8). Modified keys: the same.

    Source: the original repository's baseline, training pipeline.

    Args:
        key (str): Image to change.
        prob (float): Probability of blending, 0..1.

    Raises:
        ValueError: If ``prob`` is outside 0..1.
    """

    def _recolour(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        weight = rng.uniform(0, 1, size=3).astype(np.float32)
        colour = rng.uniform(0, 255, size=3).astype(np.float32)
        return np.rint(image * weight + colour * (1 - weight)).astype(np.uint8)


@TRANSFORMS.register_module()
class ColorJitter(Transform):
    """Change brightness, contrast and saturation, each image by factors of its own.

    The three follow one another in random order. Each is a blend of the image with what a factor of
    0 would make of it, clipped and rounded to uint8, as in torchvision and PIL:
    result = other + factor * (image - other), factor uniform in [1 - x, 1 + x].

    Required keys: ``keys`` (uint8). Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        keys (Sequence[str]): Images to change, (H, W, 3) BGR.
        brightness (float): x of the blend with black, 0..1.
        contrast (float): x of the blend with the rounded mean of the image's grey, 0..1.
        saturation (float): x of the blend with the image's grey (ITU-R 601), 0..1.

    Raises:
        ValueError: If an x is outside 0..1.
    """

    def __init__(
        self,
        keys: Sequence[str] = ('fg', 'bg'),
        brightness: float = 0.2,
        contrast: float = 0.2,
        saturation: float = 0.2,
    ) -> None:
        if not all(0 <= x <= 1 for x in (brightness, contrast, saturation)):
            raise ValueError(
                'brightness, contrast and saturation must be within 0..1, '
                f'got {brightness}, {contrast} and {saturation}'
            )
        self.keys = as_keys(keys)
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation

    def transform(self, results: dict) -> dict:
        """Jitter each image on its own."""
        rng = generator(results)
        for key in self.keys:
            results[key] = self._jitter(results[key], rng)
        return results

    def _jitter(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        adjustments = (
            (np.zeros_like, self.brightness),
            (_mean_grey, self.contrast),
            (_grey, self.saturation),
        )
        for index in rng.permutation(len(adjustments)):
            make_other, x = adjustments[index]
            factor = rng.uniform(1 - x, 1 + x)
            # image * factor + other * (1 - factor); OpenCV rounds and saturates.
            image = cv2.addWeighted(image, factor, make_other(image), 1 - factor, 0)
        return image


def _grey(image: np.ndarray) -> np.ndarray:
    # 0.299 R + 0.587 G + 0.114 B in all three channels
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def _mean_grey(image: np.ndarray) -> np.ndarray:
    return np.full_like(image, int(cv2.mean(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))[0] + 0.5))
