"""Image files decoded from memory: by their content, within a limit, without noise on stderr."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from .png_chunks import is_cut_png, pixel_chunks, png_bit_depth

# Pillow knows more, but reads some of those by starting other programs (EPS), or takes nearly any
# bytes for them (TGA).
FORMATS = ('PNG', 'JPEG', 'TIFF', 'WEBP', 'BMP', 'GIF', 'PPM', 'JPEG2000')
SILENT = 0  # OpenCV's LOG_LEVEL_SILENT
ORIENTATION = 0x0112  # EXIF's tag
BITS_PER_SAMPLE = 258  # a TIFF's
# What brings an image of that orientation upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def max_pixels() -> int | None:
    """The most pixels of an image that is decoded: 178,956,970, Pillow's own limit.

    A file of a few bytes may claim to be of any size. Who has larger images raises
    ``PIL.Image.MAX_IMAGE_PIXELS``, of which this is twice; None, there and here, is no limit.
    """
    return None if Image.MAX_IMAGE_PIXELS is None else 2 * Image.MAX_IMAGE_PIXELS


def open_image(data: bytes) -> Image.Image:
    """An image whose header is read, but not its pixels.

    Args:
        data (bytes): The content of a file, whatever its name.

    Raises:
        ValueError: It is no image, broken, or has more than :func:`max_pixels`. The message says
            so and what to do, but not of which file.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of damaged EXIF, and of half the limit
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ValueError(f'too large, more than {max_pixels()} pixels; reduce it') from error
    except UnidentifiedImageError as error:  # whose text tells of memory addresses
        raise ValueError(
            f'not an image, or of an unknown format; known are {", ".join(FORMATS)}'
        ) from error
    except Exception as error:  # Pillow's parsers raise whatever they stumble over
        raise _broken(error) from error


def load_pixels(image: Image.Image) -> None:
    """Decodes an image of :func:`open_image` to its last pixel.

    Raises:
        ValueError: It is broken; the message as there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            image.load()
    except MemoryError:
        raise
    except Exception as error:  # as above
        raise _broken(error) from error


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """What brings an image upright, by its EXIF; None where it is, or its EXIF is broken."""
    try:
        return TURNS.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # as above
        return None


def upright(image: Image.Image) -> Image.Image:
    """The image, turned as its EXIF orientation says; itself where that says nothing."""
    turn = turn_of(image)
    return image if turn is None else image.transpose(turn)


def has_16_bits(image: Image.Image, data: bytes) -> bool:
    """Whether a file has 16 bits a channel, by its header: of such colours Pillow makes 8 unasked.

    Args:
        image (Image.Image): Of :func:`open_image`.
        data (bytes): The file from which it was opened.
    """
    if isinstance(image, TiffImageFile):
        return 16 in np.atleast_1d(image.tag_v2.get(BITS_PER_SAMPLE, 8))
    return png_bit_depth(data) == 16 or image.mode.startswith('I;16')


def decode_whole(data: bytes, flags: int) -> np.ndarray:
    """An image by OpenCV, whatever a PNG has beside its pixels.

    Args:
        data (bytes): The content of a file, whatever its name.
        flags (int): OpenCV's, such as ``cv2.IMREAD_COLOR``.

    Returns:
        ndarray: uint8 unless the flags ask for other depths; (H, W), (H, W, 3) BGR or BGRA.

    Raises:
        ValueError: It is no image, broken, cut short, or has more than :func:`max_pixels`; the
            message as of :func:`open_image`.
    """
    data = pixel_chunks(data)
    open_image(data)  # whose size is known before anything is decoded
    pixels = None if is_cut_png(data) else decode_image(data, flags)
    if pixels is None:
        raise ValueError('broken or cut short; copy or save it anew')
    return pixels


def decode_image(data: bytes, flags: int) -> np.ndarray | None:
    """OpenCV's ``imdecode``, without what it says on stderr of a broken file.

    Args:
        data (bytes): The content of a file, whose size :func:`open_image` has found bearable.
        flags (int): OpenCV's, such as ``cv2.IMREAD_COLOR``.

    Returns:
        ndarray | None: None where it cannot be decoded.
    """
    if not data:
        return None
    with _silent_opencv():
        try:
            return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        except cv2.error:  # among others, of a header that claims too much even for OpenCV
            return None


def _broken(error: Exception) -> ValueError:
    reason = ' '.join(str(error).split()) or type(error).__name__
    return ValueError(f'broken or cut short ({reason}); copy or save it anew')


@contextmanager
def _silent_opencv() -> Iterator[None]:
    log = cv2.utils.logging if hasattr(cv2.utils, 'logging') else cv2  # of version 5, of version 4
    level = log.getLogLevel()
    log.setLogLevel(SILENT)
    try:
        yield
    finally:
        log.setLogLevel(level)
