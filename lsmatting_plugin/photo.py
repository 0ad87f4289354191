"""Photos, trimaps and masks from files of many kinds; results with their colour profile."""

import io
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageCms

from .image_decoding import decode_whole, has_16_bits, load_pixels, open_image, turn_of, upright
from .image_io import write_image
from .png_chunks import PNG_SIGNATURE, pixel_chunks
from .whole_files import write_file

# Modes in which Pillow keeps 32 bits or floats, which say nothing of where white is.
UNCLEAR_MODES = ('I', 'F')
# Whose further frames are pictures of their own; those of a phone's JPEG are previews and the like.
WITH_FRAMES = ('GIF', 'PNG', 'TIFF', 'WEBP')
PILLOW_OPTIONS: dict[str, dict[str, Any]] = {
    '.jpg': dict(format='JPEG', quality=95, subsampling=0),
    '.jpeg': dict(format='JPEG', quality=95, subsampling=0),
    '.png': dict(format='PNG', compress_level=4),
    '.tif': dict(format='TIFF', compression='tiff_deflate'),
    '.tiff': dict(format='TIFF', compression='tiff_deflate'),
    '.webp': dict(format='WEBP', lossless=True),
}
WITHOUT_TRANSPARENCY = ('.jpg', '.jpeg')
WITH_16_BITS = ('.png', '.tif', '.tiff')


class Photo(NamedTuple):
    """An image as it is meant to be looked at.

    Attributes:
        pixels (ndarray): BGR (H, W, 3), uint8 or, of files with 16 bits a channel, uint16.
        icc_profile (bytes | None): The colour profile that the pixels keep.
        notes (tuple[str, ...]): What was done to the file's content.
    """

    pixels: np.ndarray
    icc_profile: bytes | None
    notes: tuple[str, ...]

    @property
    def pixels_8bit(self) -> np.ndarray:
        """The pixels as uint8 BGR (H, W, 3)."""
        return to_8_bits(self.pixels)


def read_photo(path: str | Path) -> Photo:
    """Reads a photo: upright, in colour, of 8 or 16 bits.

    Args:
        path (str | Path): PNG, JPEG, TIFF, WebP or BMP, whatever its suffix; grey, RGB, CMYK or
            with a palette. An alpha channel is left out, and all frames but the first.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no image, has more than :func:`.max_pixels`, or is of a kind whose
            brightness is unclear.
    """
    image, data, notes = _open(path)
    original, profile = image, image.info.get('icc_profile')
    if has_16_bits(image, data):
        pixels = _decode_16_bits(path, data, cv2.IMREAD_COLOR)
        return Photo(pixels, profile, (*notes, '16 bits', *_note_on_frames(image)))
    if turn_of(image) is not None:
        notes.append('turned upright, as its EXIF orientation says')
        image = upright(image)
    if 'A' in image.getbands() or 'transparency' in image.info:
        notes.append('its transparency is left out')
    if image.mode == 'CMYK':
        notes.append('converted from CMYK')
        image, profile = _rgb_of_cmyk(image, profile), None
    elif image.mode in ('1', 'L', 'LA'):
        profile = None  # of greys; the result has colours
    rgb = np.asarray(image.convert('RGB'))
    notes += _note_on_frames(original)
    return Photo(np.ascontiguousarray(rgb[..., ::-1]), profile, tuple(notes))


def read_grey(path: str | Path) -> np.ndarray:
    """Reads a trimap, mask or matte as uint8 (H, W), upright; transparency is left out.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: As of :func:`read_photo`.
    """
    image, data, _ = _open(path)
    if has_16_bits(image, data):
        return to_8_bits(_decode_16_bits(path, data, cv2.IMREAD_GRAYSCALE))
    image = upright(image)
    # By way of RGB where there is a palette, whose indices are no greys.
    image = image.convert('L' if image.mode in ('1', 'L', 'LA') else 'RGB').convert('L')
    return np.asarray(image).copy()


def read_matte(path: str | Path) -> np.ndarray:
    """Reads a matte as uint8 (H, W): of a cut-out its transparency, else its brightness.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: As of :func:`read_photo`.
    """
    image, data, _ = _open(path)
    if 'A' in image.getbands():
        if has_16_bits(image, data):
            alpha = to_8_bits(_decode_16_bits(path, data, cv2.IMREAD_UNCHANGED)[..., -1])
            turn = turn_of(image)
            if turn is not None and image.format == 'PNG':  # a TIFF is turned by its decoder
                alpha = np.asarray(Image.fromarray(alpha).transpose(turn)).copy()
        else:
            alpha = np.asarray(upright(image).getchannel('A')).copy()
        if alpha.min() < 255:
            return alpha
    return read_grey(path)


def write_picture(pixels: np.ndarray, path: str | Path, icc_profile: bytes | None = None) -> None:
    """Writes a result in the format of its suffix, whole or not at all.

    Args:
        pixels (ndarray): uint8 or uint16; (H, W), BGR (H, W, 3) or BGRA (H, W, 4).
        path (str | Path): ``.png``, ``.tif``, ``.webp`` or, without transparency, ``.jpg``.
        icc_profile (bytes, optional): Written into the file. 16-bit TIFFs go without.

    Raises:
        ValueError: Such an image cannot be written in this format.
    """
    check_format(path, has_alpha=pixels.shape[2:] == (4,), is_16bit=pixels.dtype == np.uint16)
    suffix = Path(path).suffix.lower()
    if pixels.dtype == np.uint16:
        if suffix != '.png':
            write_image(pixels, path)
            return
        encoded = cv2.imencode('.png', pixels)[1].tobytes()
        write_file(_with_icc_profile(encoded, icc_profile), path)
        return
    image = Image.fromarray(_rgb_order(pixels))
    # A profile of colours does not fit a matte.
    profile = icc_profile if pixels.ndim == 3 else None
    file = io.BytesIO()
    image.save(file, **PILLOW_OPTIONS[suffix], icc_profile=profile)
    write_file(file.getvalue(), path)


def check_format(path: str | Path, has_alpha: bool, is_16bit: bool) -> None:
    """Checks that a file of this suffix can hold such an image.

    Raises:
        ValueError: It cannot; the message says what can.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in PILLOW_OPTIONS:
        raise ValueError(f'{path}: results are written as {", ".join(PILLOW_OPTIONS)}')
    if has_alpha and suffix in WITHOUT_TRANSPARENCY:
        raise ValueError(f'{path}: JPEG has no transparency; write a .png, or give a background')
    if is_16bit and suffix not in WITH_16_BITS:
        raise ValueError(f'{path}: 16 bits a channel are written as {", ".join(WITH_16_BITS)}')


def to_8_bits(pixels: np.ndarray) -> np.ndarray:
    """Pixels of 16 bits as uint8, rounded; uint8 as it is."""
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


def to_16_bits(pixels: np.ndarray) -> np.ndarray:
    """Pixels of 8 bits as uint16; uint16 as it is."""
    return pixels if pixels.dtype == np.uint16 else pixels.astype(np.uint16) * 257


def to_greys(alpha: np.ndarray, is_16bit: bool = False) -> np.ndarray:
    """A matte (H, W) in 0..1, float, as uint8 or uint16, rounded."""
    dtype = np.uint16 if is_16bit else np.uint8
    return np.rint(alpha * np.float32(np.iinfo(dtype).max)).astype(dtype)


def _open(path: str | Path) -> tuple[Image.Image, bytes, list[str]]:
    """The image, decoded unless it is a TIFF of 16 bits; its bytes; what was done to them."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'{path}: {_what_is_there(path)}')
    data, notes = path.read_bytes(), []
    try:
        image = _checked(data)
    except ValueError as error:
        pixels_alone = pixel_chunks(data)
        try:
            image, data = _checked(pixels_alone), pixels_alone
        except ValueError:
            raise ValueError(f'{path}: {error}') from error
        notes.append('its metadata, which is broken or too large, is left out')
    if image.mode in UNCLEAR_MODES:
        raise ValueError(
            f'{path}: 32 bits a pixel (mode {image.mode}) do not say which value is white; save it '
            'with 8 or 16 bits'
        )
    return image, data, notes


def _checked(data: bytes) -> Image.Image:
    image = open_image(data)
    # PNGs of 16 bits too, which OpenCV decodes: libpng tells stderr what is broken in them.
    if image.format != 'TIFF' or not has_16_bits(image, data):
        load_pixels(image)
    return image


def _what_is_there(path: Path) -> str:
    """In the place of a file."""
    if path.is_dir():
        return 'is a folder, not an image'
    if path.exists():
        return 'is a pipe or device; give a file'
    if path.is_symlink():
        return f'no such file; it is a link to {os.readlink(path)}'
    return 'no such file'


def _decode_16_bits(path: str | Path, data: bytes, color: int) -> np.ndarray:
    try:
        pixels = decode_whole(data, color | cv2.IMREAD_ANYDEPTH)
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f'{path}: {pixels.dtype} values do not say which is white; save 8 or 16 bits'
        )
    return pixels


def _note_on_frames(image: Image.Image) -> list[str]:
    """What there is beside the pixels that were taken; for which Pillow reads on in the file."""
    try:
        has_more = image.format in WITH_FRAMES and getattr(image, 'is_animated', True)
    except Exception:  # the next frame is broken
        has_more = True
    return ['only the first of its frames is taken'] if has_more else []


def _rgb_of_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the printer's profile means them, in sRGB; without one by the plain formula."""
    if profile is None:
        return image.convert('RGB')
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile('sRGB'), outputMode='RGB'
        )
        assert converted is not None  # as it would be in place
        return converted
    except (ImageCms.PyCMSError, OSError):
        return image.convert('RGB')  # a broken profile


def _rgb_order(pixels: np.ndarray) -> np.ndarray:
    if pixels.ndim == 2:
        return pixels
    order: Sequence[int] = (2, 1, 0, 3)[: pixels.shape[2]]
    return np.ascontiguousarray(pixels[..., order])


def _with_icc_profile(png: bytes, profile: bytes | None) -> bytes:
    """A PNG with the profile after its header: length, 'iCCP', content, checksum."""
    if profile is None:
        return png
    content = b'iCCP' + b'ICC profile\0\0' + zlib.compress(profile)
    chunk = (len(content) - 4).to_bytes(4, 'big') + content + zlib.crc32(content).to_bytes(4, 'big')
    end_of_header = len(PNG_SIGNATURE) + 25
    return png[:end_of_header] + chunk + png[end_of_header:]
