"""Files that are whole or absent."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from .image_decoding import decode_image

PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
# How a whole file of that kind ends; some versions of OpenCV decode truncated ones too.
LAST_BYTES = {'.png': b'IEND\xaeB`\x82', '.jpg': b'\xff\xd9'}
# Bytes of a name that a temporary one may repeat; file systems allow 255.
LONGEST_NAME = 200


def write_file(data: bytes | memoryview, path: str | Path, is_durable: bool = False) -> None:
    """Writes a file under a temporary name and renames it.

    Under its own name it is always whole; what was there before stays until then.

    Args:
        data (bytes | memoryview): The content.
        path (str | Path): Its folder is made when absent.
        is_durable (bool): Waits until the disk has it, so that it also outlives a power cut.

    Raises:
        OSError: It could not be written, such as for a full disk; it names the file, and nothing is
            left of it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(path)
    try:
        partial.write_bytes(data)
        if is_durable:  # else a file system may rename it before it holds anything
            with open(partial, 'rb+') as file:
                os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        if error.errno is not None:  # a full disk names no file, others the temporary one
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    """The name beside a file under which this process writes it."""
    name = os.fsencode(path.name)
    shown = path.name if len(name) <= LONGEST_NAME else hashlib.sha256(name).hexdigest()
    return path.with_name(f'.{shown}.{os.getpid()}.part')


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


def remove_leftovers(folder: str | Path) -> None:
    """Removes what a killed run was just writing, in the folder and those below it."""
    for leftover in Path(folder).rglob('.*.part'):
        leftover.unlink()


def is_cut_png(data: bytes) -> bool:
    """Whether a file is a PNG whose chunks do not lead to its end.

    Of such a one libpng complains on stderr, and OpenCV 5 may never come back from it.
    """
    if not data.startswith(PNG_SIGNATURE):
        return False
    *_, (kind, _, end) = [(b'', 0, 0), *_png_chunks(data)]
    return kind != b'IEND' or end > len(data)


def pixel_chunks(data: bytes) -> bytes:
    """An image file without what its pixels do not depend on.

    Most PNGs of Adobe Image Matting have a broken colour profile (iCCP), of which libpng complains
    on stderr, and which stops Pillow where its checksum is wrong; others of these chunks do so too.
    The kinds of chunks that matter to the pixels begin with a capital, but for tRNS and eXIf, which
    tells where up is.

    Args:
        data (bytes): Other formats than PNG are left as they are.
    """
    if not data.startswith(PNG_SIGNATURE):
        return data
    kept = [
        data[start:end]
        for kind, start, end in _png_chunks(data)
        if kind[:1].isupper() or kind in (b'tRNS', b'eXIf')
    ]
    return b''.join([PNG_SIGNATURE, *kept])


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of a PNG's chunks until IEND; the last may lie beyond the data.

    A chunk is: length (4 bytes), kind (4), content, checksum (4).
    """
    start, kind = len(PNG_SIGNATURE), b''
    while start < len(data) and kind != b'IEND':
        end = start + 12 + int.from_bytes(data[start : start + 4], 'big')
        kind = data[start + 4 : start + 8]
        yield kind, start, end
        start = end
