"""Image files as they should not be, made of bytes."""

import io
import struct
import zlib
from functools import cache

import cv2
import numpy as np
from PIL import Image

HEIGHT, WIDTH = 12, 18
_y, _x = np.mgrid[:HEIGHT, :WIDTH]
PHOTO = np.dstack([10 * _x, 255 - 20 * _y, 5 * _x + 9 * _y]).astype(np.uint8)
TRIMAP = np.full((HEIGHT, WIDTH), 128, np.uint8)
TRIMAP[:, :6], TRIMAP[:, 12:] = 0, 255
SIGNATURE = b'\x89PNG\r\n\x1a\n'


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """A Pillow image as the content of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(kind: str, mode: str = 'RGB', **options) -> bytes:
    """PHOTO as a file of some format."""
    return encoded(Image.fromarray(PHOTO[..., ::-1]).convert(mode), kind, **options)


def deep(suffix: str) -> bytes:
    """PHOTO with 16 bits a channel."""
    return cv2.imencode(suffix, PHOTO.astype(np.uint16) * 257)[1].tobytes()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG with its checksum."""
    checksum = zlib.crc32(kind + content).to_bytes(4, 'big')
    return len(content).to_bytes(4, 'big') + kind + content + checksum


def png_with(chunk: bytes, of: bytes) -> bytes:
    """A PNG with a chunk after its header."""
    return of[:33] + chunk + of[33:]


def png_of_size(width: int, height: int, bits: int = 8) -> bytes:
    """A PNG of a few bytes that claims a size."""
    header = struct.pack('>IIBBBBB', width, height, bits, 2, 0, 0, 0)
    data = png_chunk(b'IDAT', zlib.compress(bytes(1000)))
    return SIGNATURE + png_chunk(b'IHDR', header) + data + png_chunk(b'IEND', b'')


def tiff_of_size(width: int, height: int, bits: int) -> bytes:
    """A grey TIFF of a few bytes that claims a size, in one strip."""
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 110, 277: 1, 278: height}
    tags[279] = min(width * height * bits // 8, 2**32 - 1)
    entries = b''.join(struct.pack('<HHII', tag, 4, 1, value) for tag, value in tags.items())
    return b'II*\0\x08\0\0\0' + struct.pack('<H', len(tags)) + entries + bytes(100)


@cache
def unpacks_to_256_mib() -> bytes:
    """A quarter of a megabyte, before zlib unpacks it."""
    packer = zlib.compressobj(9)
    return b''.join(packer.compress(bytes(2**24)) for _ in range(16)) + packer.flush()
