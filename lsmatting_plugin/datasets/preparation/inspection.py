"""What a single image file of a data set holds, as far as a check needs it."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from ...image_io import LAST_BYTES, without_icc_profile

COLOUR, ALPHA, TRIMAP = 'colour', 'alpha', 'trimap'
# By so much, of 255, an alpha may differ from what its trimap calls known.
TOLERANCE = 25


class Inspection(NamedTuple):
    """Facts on one file.

    Attributes:
        error (str): Why it cannot be read; empty if it can, and only then the rest means anything.
        shape (tuple[int, int]): Height and width, pixels.
        digest (str): SHA-256 of its pixels (BGR, or grey of mattes and trimaps).
        low, high (int): Of alphas, the smallest and largest value.
        num_soft (int): Of alphas, pixels between 0 and 255.
        has_colours (bool): Of alphas and trimaps, whether channels differ.
        num_unknown (int): Of trimaps, pixels other than 0 and 255.
        num_odd (int): Of trimaps, pixels other than 0, 128 and 255.
        num_contradictions (int): Of trimaps, known pixels whose alpha differs by more than
            ``TOLERANCE``.
    """

    error: str = ''
    shape: tuple[int, int] = (0, 0)
    digest: str = ''
    low: int = 0
    high: int = 0
    num_soft: int = 0
    has_colours: bool = False
    num_unknown: int = 0
    num_odd: int = 0
    num_contradictions: int = 0


def inspect_image(kind: str, path: str, alpha_path: str | None = None) -> Inspection:
    """Decodes a file completely and looks at its pixels.

    Args:
        kind (str): ``COLOUR``, ``ALPHA`` or ``TRIMAP``.
        path (str): The file.
        alpha_path (str, optional): The alpha that a trimap must agree with.

    Returns:
        Inspection: Also of a file that is broken.
    """
    try:
        image = _decode(path)
    except (OSError, ValueError) as error:
        return Inspection(error=str(error))
    if kind == COLOUR:
        bgr = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image[..., :3]
        return Inspection(shape=bgr.shape[:2], digest=_digest(bgr))
    has_colours = image.ndim == 3 and bool((image[..., :1] != image[..., :3]).any())
    grey = image if image.ndim == 2 else cv2.cvtColor(image[..., :3], cv2.COLOR_BGR2GRAY)
    facts = Inspection(shape=grey.shape, digest=_digest(grey), has_colours=has_colours)
    if kind == ALPHA:
        num_soft = np.count_nonzero((grey > 0) & (grey < 255))
        return facts._replace(low=int(grey.min()), high=int(grey.max()), num_soft=num_soft)
    is_unknown = (grey > 0) & (grey < 255)
    return facts._replace(
        num_unknown=np.count_nonzero(is_unknown),
        num_odd=np.count_nonzero(is_unknown & (grey != 128)),
        num_contradictions=_contradictions(grey, alpha_path),
    )


def _contradictions(trimap: np.ndarray, alpha_path: str | None) -> int:
    try:
        alpha = _decode(alpha_path) if alpha_path else None
    except (OSError, ValueError):
        return 0  # told of with the alpha itself
    if alpha is None or alpha.shape[:2] != trimap.shape:
        return 0
    alpha = alpha if alpha.ndim == 2 else alpha[..., 0]
    too_low = (trimap == 255) & (alpha < 255 - TOLERANCE)
    return np.count_nonzero(too_low | ((trimap == 0) & (alpha > TOLERANCE)))


def _decode(path: str) -> np.ndarray:
    """All pixels of a file, uint8, (H, W) or BGR(A) (H, W, C)."""
    data = Path(path).read_bytes()
    end = LAST_BYTES.get(Path(path).suffix.lower())
    if end == LAST_BYTES['.jpg']:
        is_whole = end in data[-4096:]  # cameras and editors may write more after it
    else:
        is_whole = end is None or data.endswith(end)
    flags = cv2.IMREAD_UNCHANGED
    try:
        image = cv2.imdecode(np.frombuffer(without_icc_profile(data), np.uint8), flags)
    except cv2.error:
        image = None
    if image is None:
        raise ValueError('is no readable image')
    if not is_whole:
        raise ValueError('is cut short')
    if image.dtype != np.uint8:
        raise ValueError(f'has {image.dtype} values instead of 8 bits')
    return image


def _digest(image: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()
