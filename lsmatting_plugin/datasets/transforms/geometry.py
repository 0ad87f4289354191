"""Padding, rotation, crop, flip and size."""

from collections.abc import Sequence

import cv2
import numpy as np

from lsmatting_plugin.registry import TRANSFORMS

from .base import RandomTransform, Transform, as_keys, as_range, common_size
from .randomness import generator

INTERPOLATIONS = {
    'nearest': cv2.INTER_NEAREST,
    'bilinear': cv2.INTER_LINEAR,
    'cubic': cv2.INTER_CUBIC,
    'area': cv2.INTER_AREA,
}


def resize(image: np.ndarray, height: int, width: int, interpolation: str = 'cubic') -> np.ndarray:
    """The image at another size; the very same array where the size is the same.

    Args:
        image (np.ndarray): (H, W) or (H, W, 3); uint8 saturates, float may overshoot if cubic.
        height (int): New height in pixels.
        width (int): New width in pixels.
        interpolation (str): 'nearest', 'bilinear', 'cubic' or 'area'.
    """
    if image.shape[:2] == (height, width):
        return image
    return cv2.resize(image, (width, height), interpolation=INTERPOLATIONS[interpolation])


@TRANSFORMS.register_module()
class PadToMinSize(Transform):
    """Mirror small images outwards so that the crops find enough pixels.

    If the height is below ``min_size``, ``min_size - height`` pixels are added on all four sides;
    then the same for the width as it is by then. This is more than is needed, and what the recipe
    does. The border pixel is not repeated (reflect-101); the mirroring goes to and fro where the
    padding exceeds the image.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        keys (Sequence[str]): Images of one size, padded alike.
        min_size (int): Least height and width in pixels.

    Raises:
        ValueError: If ``min_size`` is below 1, or the images differ in size.
    """

    def __init__(self, keys: Sequence[str] = ('fg', 'alpha'), min_size: int = 640) -> None:
        if min_size < 1:
            raise ValueError(f'min_size must be at least 1 pixel, got {min_size}')
        self.keys = as_keys(keys)
        self.min_size = min_size

    def transform(self, results: dict) -> dict:
        """Pad for the height, then for the width."""
        for axis in (0, 1):
            lack = self.min_size - common_size(results, self.keys)[axis]
            if lack > 0:
                for key in self.keys:
                    results[key] = cv2.copyMakeBorder(
                        results[key], lack, lack, lack, lack, cv2.BORDER_REFLECT_101
                    )
        return results


@TRANSFORMS.register_module()
class ResizeLike(Transform):
    """Bring an image to the size of another one, without regard to its aspect ratio.

    Required keys: ``key``, ``like``. Modified keys: ``key``.

    Source: the paper's recipe, training pipeline: the background takes the foreground's size.

    Args:
        key (str): Image to resize (cubic).
        like (str): Image whose height and width it gets.
    """

    def __init__(self, key: str = 'bg', like: str = 'fg') -> None:
        self.key = key
        self.like = like

    def transform(self, results: dict) -> dict:
        """Resize the one to the other."""
        results[self.key] = resize(results[self.key], *results[self.like].shape[:2])
        return results


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
class Resize(Transform):
    """Bring images to one fixed square, the size that the network trains at.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's recipe, training pipeline.

    Args:
        keys (Sequence[str]): Images to resize.
        size (int): New height and width in pixels.
        interpolation (str): 'nearest', 'bilinear', 'cubic' or 'area'.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, keys: Sequence[str], size: int = 640, interpolation: str = 'cubic') -> None:
        if size < 1:
            raise ValueError(f'size must be at least 1 pixel, got {size}')
        if interpolation not in INTERPOLATIONS:
            raise ValueError(
                f'interpolation must be one of {list(INTERPOLATIONS)}, got {interpolation!r}'
            )
        self.keys = as_keys(keys)
        self.size = size
        self.interpolation = interpolation

    def transform(self, results: dict) -> dict:
        """Resize each image."""
        for key in self.keys:
            results[key] = resize(results[key], self.size, self.size, self.interpolation)
        return results


@TRANSFORMS.register_module()
class LimitSize(Transform):
    """Shrink large test images so that the network fits into memory.

    Height and width are limited each on its own, so the aspect ratio may change; the result is
    later brought back to ``ori_merged_shape``. Keys ``ori_*`` keep their size.

    Required keys: ``merged``, ``trimap``. Modified keys: the same (merged bilinear, trimap nearest,
    which keeps its values).

    Source: the paper's released test code (this project's inference rules).

    Args:
        max_size (int | None): Most pixels of either side; None for no limit.

    Raises:
        ValueError: If ``max_size`` is below 1.
    """

    def __init__(self, max_size: int | None = 2176) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f'max_size must be None or at least 1 pixel, got {max_size}')
        self.max_size = max_size

    def transform(self, results: dict) -> dict:
        """Limit both images."""
        if self.max_size is not None:
            for key, interpolation in (('merged', 'bilinear'), ('trimap', 'nearest')):
                height, width = (min(side, self.max_size) for side in results[key].shape[:2])
                results[key] = resize(results[key], height, width, interpolation)
        return results
