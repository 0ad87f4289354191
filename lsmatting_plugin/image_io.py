"""Images to and from files that are whole or absent."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from .image_decoding import decode_image, decode_whole
from .png_chunks import is_cut_png
from .whole_files import write_file

# How a whole file of that kind ends; some versions of OpenCV decode truncated ones too.
LAST_BYTES = {'.png': b'IEND\xaeB`\x82', '.jpg': b'\xff\xd9'}


def write_image(image: np.ndarray, path: str | Path, options: Sequence[int] = ()) -> None:
    """Writes an image in the format of its suffix, whole or not at all.

    Args:
        image (ndarray): uint8 or uint16, (H, W), (H, W, 3) BGR or (H, W, 4) BGRA.
        path (str | Path): Its folder is made when absent.
        options (Sequence[int]): OpenCV's, such as ``(cv2.IMWRITE_JPEG_QUALITY, 95)``.

    Raises:
        ValueError: OpenCV cannot write such an image to a file of this suffix.
    """
    suffix = Path(path).suffix
    try:
        is_encoded, encoded = cv2.imencode(suffix, image, list(options))
    except cv2.error as error:
        raise ValueError(f'{path}: {image.dtype} {image.shape} cannot be written so') from error
    if not is_encoded:
        raise ValueError(f'{path}: {image.dtype} {image.shape} cannot be written so')
    write_file(encoded.tobytes(), path)


def read_image(path: str | Path, flags: int = cv2.IMREAD_COLOR) -> np.ndarray:
    """An image as OpenCV reads it, from a path of any characters (``cv2.imread`` takes not all).

    Args:
        path (str | Path): Of any of :data:`.FORMATS`, whatever its name.
        flags (int): OpenCV's; the default is uint8 BGR (H, W, 3), upright.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no image, broken, or has more than :func:`.max_pixels`; the file is named.
    """
    try:
        return decode_whole(Path(path).read_bytes(), flags)
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error


def read_intact(path: str | Path) -> np.ndarray | None:
    """The image in a PNG or JPG of this project, or None where it is absent or not whole.

    Args:
        path (str | Path): Written by :func:`write_image`.

    Returns:
        ndarray | None: As stored: uint8 or uint16, (H, W), (H, W, 3) BGR or (H, W, 4) BGRA.
    """
    path = Path(path)
    if not path.is_file():
        return None
    data = path.read_bytes()
    if not data.endswith(LAST_BYTES[path.suffix]) or is_cut_png(data):
        return None
    return decode_image(data, cv2.IMREAD_UNCHANGED)


def is_intact(path: str | Path) -> bool:
    """Whether a PNG or JPG of this project is there and whole."""
    return read_intact(path) is not None
