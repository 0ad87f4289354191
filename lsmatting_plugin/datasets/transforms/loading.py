"""Images from files, checked where they come in."""

from pathlib import Path

import cv2
import numpy as np

from ...image_io import pixel_chunks
from ...registry import TRANSFORMS
from .base import Transform, as_keys, common_size


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

    Raises:
        ValueError: If ``color`` is another word, or the file is not an image.
        FileNotFoundError: If there is no such file.
    """

    FLAGS = {'color': cv2.IMREAD_COLOR, 'grayscale': cv2.IMREAD_GRAYSCALE}

    def __init__(
        self,
        key: str,
        color: str = 'color',
        keep_original: bool = False,
        optional: bool = False,
    ) -> None:
        if color not in self.FLAGS:
            raise ValueError(f'color must be one of {list(self.FLAGS)}, got {color!r}')
        self.key = key
        self.color = color
        self.keep_original = keep_original
        self.optional = optional

    def transform(self, results: dict) -> dict:
        """Read the file and note its size."""
        if self.optional and f'{self.key}_path' not in results:
            return results
        image = self._read(Path(results[f'{self.key}_path']))
        results[self.key] = image
        results[f'ori_{self.key}_shape'] = image.shape
        if self.keep_original:
            results[f'ori_{self.key}'] = image.copy()
        return results

    def _read(self, path: Path) -> np.ndarray:
        if not path.is_file():
            raise FileNotFoundError(
                f'{self.key}: no file {path}; check data_root and the annotation file'
            )
        # Decoded from memory: cv2.imread does not open non-ASCII paths on every system.
        encoded = np.frombuffer(pixel_chunks(path.read_bytes()), np.uint8)
        try:
            image = cv2.imdecode(encoded, self.FLAGS[self.color]) if encoded.size else None
        except cv2.error:  # a header that claims more pixels than OpenCV decodes
            image = None
        if image is None:
            raise ValueError(f'{self.key}: not a readable image: {path}, re-copy it')
        return image


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
