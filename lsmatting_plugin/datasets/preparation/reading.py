"""Decoding the files of a data set: all pixels or an error, and no warnings of libpng."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ...image_decoding import decode_image, load_pixels, open_image
from ...png_chunks import is_cut_png, pixel_chunks


def read_whole(path: str | Path) -> Image.Image:
    """An image, decoded to its last pixel.

    Args:
        path (str | Path): Of one of :data:`.FORMATS`, whatever its name.

    Returns:
        Image.Image: In the mode of the file; ``format`` tells which it was.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no image, cut short, or has more than :func:`.max_pixels`.
    """
    data = pixel_chunks(Path(path).read_bytes())
    if is_cut_png(data):
        raise ValueError(f'{path} is cut short; copy it anew')
    try:
        image = open_image(data)
        load_pixels(image)
    except ValueError as error:
        raise ValueError(f'{path} is no readable image: {error}') from error
    return image


def read_colour(path: str | Path, mode: str = 'adobe') -> np.ndarray:
    """An image as the script of a compositing mode reads it.

    Args:
        path (str | Path): Its transparency is left out.
        mode (str): JPEGs of 'cv2' are decoded by OpenCV, all else by Pillow; the same pixels are
            turned into colours a little differently.

    Returns:
        ndarray: uint8 BGR (H, W, 3).

    Raises:
        FileNotFoundError, ValueError: See :func:`read_whole`.
    """
    image = read_whole(path)
    if mode == 'cv2' and image.format == 'JPEG':
        pixels = decode_image(Path(path).read_bytes(), cv2.IMREAD_COLOR)
        if pixels is None:
            raise ValueError(f'{path} is no image that OpenCV reads; save it anew')
        return pixels
    return np.ascontiguousarray(np.asarray(image.convert('RGB'))[..., ::-1])


def read_alpha(path: str | Path) -> np.ndarray:
    """An alpha matte, uint8 (H, W): the first channel, with which all others should agree.

    Raises:
        FileNotFoundError, ValueError: See :func:`read_whole`; or it has not 8 bits.
    """
    image = read_whole(path)
    if bits_per_channel(image) != 8:
        raise ValueError(f'{path} should have 8 bits a channel (mode {image.mode})')
    if image.mode not in ('L', 'LA', 'RGB', 'RGBA'):  # a palette's indices are no greys
        image = image.convert('RGB')
    return np.asarray(image.getchannel(0))


def bits_per_channel(image: Image.Image) -> int:
    """8, or 16 for anything deeper."""
    return 16 if image.mode.startswith(('I', 'F')) else 8
