"""Images from files, checked where they come in."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ...image_io import read_image
from ...image_sizes import common_size
from ...registry import TRANSFORMS
from ..image_cache import ImageCache
from .base import Transform, as_keys


@TRANSFORMS.register_module()
class LoadImage(Transform):
    """Read an image file as 8-bit BGR or grey.

    A path may hold any characters. A photo is turned upright by its EXIF orientation, deeper files
    are brought to 8 bits, an alpha channel is dropped. The size as loaded is always noted, because
    a prediction is brought back to it.

    Required keys: ``{key}_path``. Added keys: ``{key}`` (uint8, (H, W, 3) or (H, W)),
    ``ori_{key}_shape`` (its shape) and, with ``keep_original``, ``ori_{key}`` (a copy).

    Source: the paper's recipe, training pipeline (its input); the keys are mmedit's.

    Args:
        key (str): Name of the image, e.g. 'fg', 'alpha', 'merged'.
        color (str): 'color' for (H, W, 3) BGR or 'grayscale' for (H, W).
        keep_original (bool): Whether to keep a copy that later transforms leave alone, as metrics
            at the original size need.
        optional (bool): Whether a sample without ``{key}_path`` passes as it is.
        like (str, optional): Key of a loaded image to whose size this one will be brought. A JPEG
            is then decoded at 1/2, 1/4 or 1/8 of its size, which takes a fraction of the time,
            where its short side stays at least as long as the other's long side.

    Attributes:
        cache (ImageCache | None): Keeps decoded images where the data set has one.

    Raises:
        ValueError: If ``color`` is another word, or the file is not an image, or one of more than
            :func:`.max_pixels`; or the sample has none, and it is not ``optional``.
        FileNotFoundError: If there is no such file.
    """

    # By the divisor of the size
    FLAGS = {
        'color': {
            1: cv2.IMREAD_COLOR,
            2: cv2.IMREAD_REDUCED_COLOR_2,
            4: cv2.IMREAD_REDUCED_COLOR_4,
            8: cv2.IMREAD_REDUCED_COLOR_8,
        },
        'grayscale': {
            1: cv2.IMREAD_GRAYSCALE,
            2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
            4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
            8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
        },
    }

    def __init__(
        self,
        key: str,
        color: str = 'color',
        keep_original: bool = False,
        optional: bool = False,
        like: str | None = None,
    ) -> None:
        if color not in self.FLAGS:
            raise ValueError(f'color must be one of {list(self.FLAGS)}, got {color!r}')
        self.key = key
        self.color = color
        self.keep_original = keep_original
        self.optional = optional
        self.like = like
        self.cache: ImageCache | None = None

    def transform(self, results: dict) -> dict:
        """Read the file and note its size."""
        if f'{self.key}_path' not in results:
            if self.optional:
                return results
            name = results.get('merged_path') or results.get('fg_path') or 'a sample'
            raise ValueError(
                f'{self.key}: the data set has none for {name}; choose a data set that has, or a '
                'config whose LoadImage takes it as optional'
            )
        path = Path(results[f'{self.key}_path'])
        if not path.is_file():
            raise FileNotFoundError(
                f'{self.key}: no file {path}; check data_root and the annotation file'
            )
        divisor = 1 if self.like is None else _divisor(path, max(results[self.like].shape[:2]))
        if self.cache is None:
            image = self._decode(path, divisor)
        else:
            variant = f'{self.color} 1/{divisor}'
            image = self.cache.load(path, variant, lambda: self._decode(path, divisor))
        results[self.key] = image
        results[f'ori_{self.key}_shape'] = image.shape
        if self.keep_original:
            results[f'ori_{self.key}'] = image.copy()
        return results

    def _decode(self, path: Path, divisor: int) -> np.ndarray:
        try:
            return read_image(path, self.FLAGS[self.color][divisor])
        except ValueError as error:
            raise ValueError(f'{self.key}: not a readable image: {error}') from error


def _divisor(path: Path, min_side: int) -> int:
    """By how much a JPEG's size can be divided so that no side falls below ``min_side``."""
    if path.suffix.lower() not in ('.jpg', '.jpeg'):
        return 1
    try:
        with Image.open(path) as header:  # of which this reads the header alone
            short = min(header.size) if header.format == 'JPEG' else 0
    except (OSError, ValueError, Image.DecompressionBombError):  # the decoder will tell
        return 1
    return next((n for n in (8, 4, 2) if short >= n * min_side), 1)


@TRANSFORMS.register_module()
class RequireSameSize(Transform):
    """Stop at a sample whose images do not fit together, such as an alpha of another foreground.

    Without it the mismatch shows many steps later, or never, as a wrong crop.

    Required keys: ``keys`` and, for the message, ``{key}_path``. Nothing is modified.

    Source: none; the paper's recipe, training pipeline, takes it for granted.

    Args:
        keys (Sequence[str]): Images that must have the same height and width, where present.

    Raises:
        ValueError: If two images differ in size; it names both files and sizes.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = as_keys(keys)

    def transform(self, results: dict) -> dict:
        """Compare the sizes."""
        common_size(results, [key for key in self.keys if key in results])
        return results
