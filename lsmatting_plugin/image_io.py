"""Images to files, never half written."""

import os
from pathlib import Path

import cv2
import numpy as np


def write_image(image: np.ndarray, path: str | Path) -> None:
    """Writes an image in the format of its suffix, complete or not at all.

    The file appears under its name only when all of it is written; what was there before stays
    until then.

    Args:
        image (ndarray): uint8 or uint16, (H, W), (H, W, 3) BGR or (H, W, 4) BGRA.
        path (str | Path): Its folder is made when absent.

    Raises:
        ValueError: OpenCV cannot write such an image to a file of this suffix.
    """
    path = Path(path)
    try:
        is_encoded, encoded = cv2.imencode(path.suffix, image)
    except cv2.error as error:
        raise ValueError(f'{path}: {image.dtype} {image.shape} cannot be written so') from error
    if not is_encoded:
        raise ValueError(f'{path}: {image.dtype} {image.shape} cannot be written so')
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f'.{os.getpid()}.{path.name}.part')
    try:
        partial.write_bytes(encoded.tobytes())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
