"""Rotation, crop and flip."""

from collections.abc import Sequence

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import RandomTransform, Transform, as_keys, as_range, common_size
from .randomness import generator
from .size import resize


@TRANSFORMS.register_module()
class RandomRotate(RandomTransform):
    """Rotate each group of images by an angle of its own.

    One coin decides for all groups. The images of a group turn together about their centre, moved
    by whole pixels; the size stays and what comes in from outside is 0.

    Required keys: those of ``groups``. Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        groups (Sequence[Sequence[str]]): Groups of images of one size.
        prob (float): Probability of rotating, 0..1.
        max_angle (float): The angle is uniform within +-max_angle degrees.
        max_shift (int): The centre moves within +-max_shift pixels along each axis.

    Raises:
        ValueError: If an argument is out of range, a group is a bare string, or the images of a
            group differ in size.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[str]] = (('fg', 'alpha'), ('bg',)),
        prob: float = 0.5,
        max_angle: float = 180,
        max_shift: int = 10,
    ) -> None:
        super().__init__(prob)
        if any(isinstance(group, str) for group in groups):
            raise ValueError(f"groups must be like (('fg', 'alpha'), ('bg',)), got {groups!r}")
        if max_angle < 0 or max_shift < 0:
            raise ValueError(
                f'max_angle and max_shift must not be negative, got {max_angle} and {max_shift}'
            )
        self.groups = tuple(as_keys(group) for group in groups)
        self.max_angle = max_angle
        self.max_shift = max_shift

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        for keys in self.groups:
            height, width = common_size(results, keys)
            angle = rng.uniform(-self.max_angle, self.max_angle)
            shift = rng.integers(-self.max_shift, self.max_shift, size=2, endpoint=True)
            centre = ((width - 1) / 2 + shift[0], (height - 1) / 2 + shift[1])
            rotation = cv2.getRotationMatrix2D(centre, angle, scale=1)
            for key in keys:
                results[key] = cv2.warpAffine(
                    results[key], rotation, (width, height), flags=cv2.INTER_CUBIC
                )


@TRANSFORMS.register_module()
class CropAroundForeground(Transform):
    """Crop a square of random size that holds its share of the soft pixels.

    The centre is a random pixel with alpha > 0 (the image's centre if there is none), moved so that
    the window lies within the image. It is drawn again while the window has too few soft pixels,
    0 < alpha < 255, compared with the whole image; the last try stands. An image smaller than the
    window is enlarged first (cubic).

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        keys (Sequence[str]): Images of one size, 'alpha' among them, cropped alike.
        crop_range (tuple[int, int]): Side of the square in pixels, uniform, made even.
        max_tries (int): Most draws of the centre.
        min_share (float): The window's share of soft pixels is to be at least this much of the
            image's share.

    Raises:
        ValueError: If an argument is out of range, 'alpha' is missing or the images differ in size.
    """

    def __init__(
        self,
        keys: Sequence[str] = ('fg', 'bg', 'alpha'),
        crop_range: tuple[int, int] = (480, 800),
        max_tries: int = 5,
        min_share: float = 0.8,
    ) -> None:
        self.keys = as_keys(keys)
        if 'alpha' not in self.keys:
            raise ValueError(f"keys must hold 'alpha', which is cropped alike, got {keys}")
        if max_tries < 1 or min_share < 0:
            raise ValueError(
                f'max_tries must be >= 1 and min_share >= 0, got {max_tries} and {min_share}'
            )
        self.crop_range = as_range('crop_range', crop_range, minimum=2)
        self.max_tries = max_tries
        self.min_share = min_share

    def transform(self, results: dict) -> dict:
        """Draw the size, enlarge what is too small, choose the window and cut it out."""
        rng = generator(results)
        side = int(rng.integers(*self.crop_range, endpoint=True)) // 2 * 2
        self._enlarge(results, side)
        window = self._choose_window(results['alpha'], side, rng)
        for key in self.keys:
            results[key] = results[key][window]
        return results

    def _enlarge(self, results: dict, side: int) -> None:
        height, width = common_size(results, self.keys)
        factor = max(side / height, side / width)
        if factor <= 1:
            return
        # + 1 and the maximum: rounding must not leave the image smaller than the window.
        height, width = (max(int(length * factor + 1), side) for length in (height, width))
        for key in self.keys:
            results[key] = resize(results[key], height, width)

    def _choose_window(
        self, alpha: np.ndarray, side: int, rng: np.random.Generator
    ) -> tuple[slice, slice]:
        height, width = alpha.shape
        centres = np.flatnonzero(alpha)
        if not centres.size:
            centres = np.array([height // 2 * width + width // 2])
        is_soft = (alpha > 0) & (alpha < 255)
        wanted = self.min_share * is_soft.mean()
        for _ in range(self.max_tries):
            y, x = divmod(int(rng.choice(centres)), width)
            top = min(max(y - side // 2, 0), height - side)
            left = min(max(x - side // 2, 0), width - side)
            window = slice(top, top + side), slice(left, left + side)
            if is_soft[window].mean() >= wanted:
                break
        return window


@TRANSFORMS.register_module()
class RandomFlip(RandomTransform):
    """Mirror images together.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's recipe, training pipeline: horizontal, fg and alpha together, bg on its own
    coin; fine-tuning on alphamatting.com also vertical.

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
