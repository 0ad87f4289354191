"""Files that are nearly right: real bytes of each format, changed where decoders look."""

import io
import struct
import zlib

import cv2
import numpy as np
from hypothesis import strategies as st
from PIL import Image

PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
# Values at which lengths, sizes and offsets overflow or turn negative.
EDGES = (0, 1, 2, 3, 8, 16, 32, 127, 128, 255, 256, 32767, 65535, 2**24, 2**31 - 1, 2**32 - 1)


def image_seeds() -> list[bytes]:
    """A small picture in each format and kind of pixel that is read."""
    y, x = np.mgrid[:6, :9]
    rgb = np.dstack([20 * x, 255 - 30 * y, 9 * x + 9 * y]).astype(np.uint8)
    picture, deep = Image.fromarray(rgb), rgb.astype(np.uint16) * 257
    exif = Image.Exif()
    exif[0x0112] = 6
    kinds = [
        *((picture.convert(mode), dict(format='PNG')) for mode in ('1', 'L', 'LA', 'P', 'RGBA')),
        (picture, dict(format='PNG', exif=exif, icc_profile=b'no profile')),
        (picture, dict(format='JPEG', exif=exif)),
        (picture.convert('CMYK'), dict(format='JPEG')),
        (picture.convert('L'), dict(format='JPEG', progressive=True)),
        *((picture, dict(format='TIFF', compression=c)) for c in ('raw', 'tiff_lzw', 'jpeg')),
        (picture.convert('CMYK'), dict(format='TIFF')),
        (picture, dict(format='TIFF', tiffinfo={0x0112: 5})),
        (picture, dict(format='WEBP', lossless=True, exif=exif)),
        (picture.convert('RGBA'), dict(format='WEBP')),
        (picture, dict(format='BMP')),
        (picture.convert('P'), dict(format='BMP')),
        (picture.convert('P'), dict(format='GIF')),
        (picture, dict(format='PPM')),
        (picture, dict(format='JPEG2000')),
        *(
            (picture, dict(format=f, save_all=True, append_images=[picture.rotate(180)]))
            for f in ('GIF', 'PNG', 'WEBP', 'TIFF')
        ),
    ]
    seeds = []
    for image, options in kinds:
        file = io.BytesIO()
        image.save(file, **options)
        seeds.append(file.getvalue())
    for pixels in (deep, deep[..., 0], np.dstack([deep, deep[..., :1]])):
        seeds += [cv2.imencode(suffix, pixels)[1].tobytes() for suffix in ('.png', '.tif')]
    return seeds


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of the seeds after a few changes; a PNG's checksums are often made right again."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4)):
        if data:
            change(draw, data)
    return _with_checksums(bytes(data)) if draw(st.booleans()) else bytes(data)


def _set_byte(draw: st.DrawFn, data: bytearray) -> None:
    data[draw(_place(data))] = draw(st.integers(0, 255))


def _set_number(draw: st.DrawFn, data: bytearray) -> None:
    """A length, a size or an offset, of either byte order."""
    kind = draw(st.sampled_from(('<H', '>H', '<I', '>I')))
    value = draw(st.sampled_from(EDGES)) & (0xFFFF if kind[1] == 'H' else 0xFFFFFFFF)
    start = draw(_place(data))
    data[start : start + struct.calcsize(kind)] = struct.pack(kind, value)


def _cut(draw: st.DrawFn, data: bytearray) -> None:
    del data[draw(_place(data)) :]


def _remove(draw: st.DrawFn, data: bytearray) -> None:
    start = draw(_place(data))
    del data[start : start + draw(st.integers(1, 64))]


def _repeat(draw: st.DrawFn, data: bytearray) -> None:
    start = draw(_place(data))
    data[start:start] = data[start : start + draw(st.integers(1, 64))]


def _insert(draw: st.DrawFn, data: bytearray) -> None:
    start = draw(_place(data))
    data[start:start] = draw(st.binary(min_size=1, max_size=16))


CHANGES = (_set_byte, _set_byte, _set_number, _set_number, _cut, _remove, _repeat, _insert)


def _place(data: bytearray) -> st.SearchStrategy[int]:
    """Anywhere, but half of the time in the header."""
    last = len(data) - 1
    return st.one_of(st.integers(0, min(last, 64)), st.integers(0, last))


def _with_checksums(data: bytes) -> bytes:
    if not data.startswith(PNG_SIGNATURE):
        return data
    parts, start = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while start + 12 <= len(data):
        end = start + 8 + int.from_bytes(data[start : start + 4], 'big')
        checksum = zlib.crc32(data[start + 4 : end]).to_bytes(4, 'big')
        parts += [data[start:end], checksum]
        start = end + 4
    return b''.join(parts) + data[start:]
