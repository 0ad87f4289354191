"""Files that a stranger uploads, looked at before they are decoded."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from ..image_decoding import FORMATS
from ..photo import Photo, read_grey, read_photo

T = TypeVar('T')


def require_fitting(source: str | Path | bytes, max_pixels: int) -> None:
    """Checks from an image's header that it may be decoded.

    A file of a few kilobytes can hold an image of gigabytes; its header says so.

    Args:
        source (str | Path | bytes): A file or its content.
        max_pixels (int): The most that is accepted.

    Raises:
        ValueError: It is no image of a known format, or has more pixels.
    """
    try:
        data = io.BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(data, formats=FORMATS) as image:
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise ValueError(
            f'The image has far more than the {max_pixels / 1e6:g} million '
            'pixels that this page takes'
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            'The file is no image of a known format; a PNG, JPEG or WebP is expected'
        ) from error
    if width * height > max_pixels:
        raise ValueError(
            f'The image has {width} x {height} pixels; this page takes up to '
            f'{max_pixels / 1e6:g} million. Make it smaller first'
        )


def uploaded_photo(path: str | Path, max_pixels: int) -> Photo:
    """An uploaded photo, upright.

    Raises:
        ValueError: As in :func:`require_fitting`, or the file is broken; no path is named.
    """
    require_fitting(path, max_pixels)
    return _without_path(read_photo, path)


def uploaded_grey(path: str | Path, max_pixels: int) -> np.ndarray:
    """An uploaded trimap, mask or matte, uint8 (H, W).

    Raises:
        ValueError: As in :func:`uploaded_photo`.
    """
    require_fitting(path, max_pixels)
    return _without_path(read_grey, path)


def _without_path(read: Callable[[str | Path], T], path: str | Path) -> T:
    try:
        return read(path)
    except ValueError as error:
        # The server's folders are none of the visitor's business.
        reason = str(error).removeprefix(f'{path}: ').replace(str(path), 'the file')
        raise ValueError(f'The image cannot be used: {reason}') from error
