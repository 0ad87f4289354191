"""Files that are whole or absent."""

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
# How a whole file of that kind ends; some versions of OpenCV decode truncated ones too.
LAST_BYTES = {'.png': b'IEND\xaeB`\x82', '.jpg': b'\xff\xd9'}


def write_file(data: bytes | memoryview, path: str | Path, is_durable: bool = False) -> None:
    """Writes a file under a temporary name and renames it.

    Under its own name it is always whole; what was there before stays until then.

    Args:
        data (bytes | memoryview): The content.
        path (str | Path): Its folder is made when absent.
        is_durable (bool): Waits until the disk has it, so that it also outlives a power cut.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        partial.write_bytes(data)
        if is_durable:  # else a file system may rename it before it holds anything
            with open(partial, 'rb+') as file:
                os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


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
    if not data.endswith(LAST_BYTES[path.suffix]):
        return None
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def is_intact(path: str | Path) -> bool:
    """Whether a PNG or JPG of this project is there and whole."""
    return read_intact(path) is not None


def remove_leftovers(folder: str | Path) -> None:
    """Removes what a killed run was just writing, in the folder and those below it."""
    for leftover in Path(folder).rglob('.*.part'):
        leftover.unlink()


def pixel_chunks(data: bytes) -> bytes:
    """An image file without what its pixels do not depend on.

    Most PNGs of Adobe Image Matting have a broken colour profile (iCCP), of which libpng complains
    on stderr, and which stops Pillow where its checksum is wrong; others of these chunks do so too.
    A PNG is chunks of: length (4 bytes), kind (4), content, checksum (4); the kinds that matter to
    the pixels begin with a capital, but for tRNS and eXIf, which tells where up is.

    Args:
        data (bytes): Other formats than PNG are left as they are.
    """
    if not data.startswith(PNG_SIGNATURE):
        return data
    kept, start, kind = [PNG_SIGNATURE], len(PNG_SIGNATURE), b''
    while start < len(data) and kind != b'IEND':
        end = start + 12 + int.from_bytes(data[start : start + 4], 'big')
        kind = data[start + 4 : start + 8]
        if kind[:1].isupper() or kind in (b'tRNS', b'eXIf'):
            kept.append(data[start:end])
        start = end
    return b''.join(kept)
