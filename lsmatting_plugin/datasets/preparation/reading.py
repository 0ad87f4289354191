"""Decoding the files of a data set: all pixels or an error, and no warnings of libpng."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ...image_decoding import decode_image, has_16_bits, load_pixels, open_image
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
    return _decoded(path, pixel_chunks(Path(path).read_bytes()))


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
        FileNotFoundError, ValueError: See :func:`read_8_bits`.
    """
    return np.ascontiguousarray(channels_of(read_8_bits(path))[..., 0])


def read_8_bits(path: str | Path) -> Image.Image:
    """An image as of :func:`read_whole` that has no more than 8 bits a channel.

    Raises:
        FileNotFoundError, ValueError: See :func:`read_whole`; or it has more.
    """
    data = pixel_chunks(Path(path).read_bytes())
    image = _decoded(path, data)
    if has_16_bits(image, data) or image.mode.startswith(('I', 'F')):
        raise ValueError(f'{path} has more than 8 bits a channel; save it with 8')
    return image


def channels_of(image: Image.Image) -> np.ndarray:
    """The greys or colours of a matte or trimap, uint8 (H, W, 1) or RGB (H, W, 3).

    Args:
        image (Image.Image): Of :func:`read_8_bits`; its transparency is left out.
    """
    if image.mode in ('1', 'L', 'LA'):
        return np.asarray(image.convert('L'))[..., None]
    return np.asarray(image.convert('RGB'))  # also of a palette, whose indices are no greys


def _decoded(path: str | Path, data: bytes) -> Image.Image:
    if is_cut_png(data):
        raise ValueError(f'{path} is cut short; copy it anew')
    try:
        image = open_image(data)
        load_pixels(image)
    except ValueError as error:
        raise ValueError(f'{path} is no readable image: {error}') from error
    return image
