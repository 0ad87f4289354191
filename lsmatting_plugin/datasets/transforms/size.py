"""Size: padding of small images, resizing, the cap on large ones."""

from collections.abc import Sequence

import cv2
import numpy as np

from ...image_sizes import common_size
from ...registry import TRANSFORMS
from .base import Transform, as_keys

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
class PadToMultiple(Transform):
    """Mirror images outwards at their right and bottom until a number divides their sides.

    The border pixel is not repeated; the mirroring goes to and fro where the padding exceeds the
    image.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's fine-tuning on alphamatting.com.

    Args:
        keys (Sequence[str]): Images to pad.
        divisor (int): Of height and width, pixels.

    Raises:
        ValueError: If ``divisor`` is below 1.
    """

    def __init__(self, keys: Sequence[str], divisor: int = 64) -> None:
        if divisor < 1:
            raise ValueError(f'divisor must be at least 1 pixel, got {divisor}')
        self.keys = as_keys(keys)
        self.divisor = divisor

    def transform(self, results: dict) -> dict:
        """Pad each image."""
        for key in self.keys:
            bottom, right = (-side % self.divisor for side in results[key].shape[:2])
            results[key] = cv2.copyMakeBorder(
                results[key], 0, bottom, 0, right, cv2.BORDER_REFLECT_101
            )
        return results


@TRANSFORMS.register_module()
class ResizeLike(Transform):
    """Bring an image to the size of another one, without regard to its aspect ratio.

    Required keys: ``key``, ``like``. Modified keys: ``key``.

    Source: the paper's recipe, training pipeline: the background takes the foreground's size.
    :class:`RandomRotatedCrop` does it within its own resampling.

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
class Resize(Transform):
    """Bring images to one fixed square, for pipelines without :class:`RandomRotatedCrop`.

    Required keys: ``keys``. Modified keys: the same.

    Source: the paper's recipe, training pipeline (its last geometric step).

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
