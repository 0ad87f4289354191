"""The ways in which a visitor says what is object and what is background."""

from typing import Literal, NamedTuple

import cv2
import numpy as np

from ..cutout import require_same_size, trimap_warnings
from ..trimap import (
    BG,
    UNKNOWN,
    SnappedTrimap,
    snap_trimap,
    trimap_of_box,
    trimap_of_mask,
    trimap_of_scribbles,
)
from ..visualization.shrunk import shrunk
from .strokes import Strokes, has_both_sides

# GrabCut sees a copy of at most this long side: it takes seconds per million pixels, and only has
# to find where the unknown band lies.
GRABCUT_SIDE = 800


class ChosenTrimap(NamedTuple):
    """A trimap and what has to be said about it.

    Attributes:
        trimap (ndarray): uint8 (H, W), 0, 128 and 255.
        notes (list[str]): Sentences for the visitor.
    """

    trimap: np.ndarray
    notes: list[str]


def trimap_from_trimap(photo: np.ndarray, uploaded: np.ndarray) -> ChosenTrimap:
    """An uploaded trimap, its near-values snapped.

    Args:
        photo (ndarray): uint8 BGR (H, W, 3).
        uploaded (ndarray): uint8 (H, W).

    Raises:
        ValueError: The sizes differ; both are named.
    """
    require_same_size(photo, uploaded)
    snapped = snap_trimap(uploaded)
    return ChosenTrimap(snapped.trimap, trimap_warnings(snapped))


def trimap_from_mask(photo: np.ndarray, mask: np.ndarray, width: float) -> ChosenTrimap:
    """An uploaded mask or matte, its edge unknown up to ``width`` pixels on both sides.

    Raises:
        ValueError: The sizes differ; both are named.
    """
    require_same_size(photo, mask, what='the mask')
    return _with_notes(trimap_of_mask(mask, width))


def trimap_from_box(
    photo: np.ndarray, box: tuple[int, int, int, int], width: float
) -> ChosenTrimap:
    """What GrabCut takes for the object within a box.

    Args:
        photo (ndarray): uint8 BGR (H, W, 3).
        box (tuple[int, int, int, int]): Left, top, width, height, pixels of the photo.
        width (float): Of the unknown band on both sides of the edge, pixels of the photo.

    Raises:
        ValueError: The box does not lie within the photo, or is all of it.
    """
    rows, columns = photo.shape[:2]
    left, top, across, down = box
    if min(left, top) < 0 or min(across, down) < 1 or left + across > columns or top + down > rows:
        raise ValueError(
            f'The box (left {left}, top {top}, width {across}, height {down}) must lie within the '
            f'photo, {columns} x {rows} pixels'
        )
    small, scale = shrunk(photo, GRABCUT_SIDE)
    rows, columns = small.shape[:2]
    x, y = int(left * scale), int(top * scale)
    reduced = (
        x,
        y,
        max(min(round((left + across) * scale), columns) - x, 1),
        max(min(round((top + down) * scale), rows) - y, 1),
    )
    return _with_notes(_enlarged(trimap_of_box(small, reduced, width * scale), photo))


def trimap_from_strokes(
    photo: np.ndarray,
    strokes: Strokes,
    width: float,
    rest: Literal['guess', 'unknown', 'background'] = 'guess',
) -> ChosenTrimap:
    """Painted strokes, and what becomes of the pixels between them.

    Args:
        photo (ndarray): uint8 BGR (H, W, 3).
        strokes (Strokes): Of the photo's size.
        width (float): As in :func:`trimap_from_box`.
        rest (str): 'guess' lets GrabCut decide what is not painted.

    Raises:
        ValueError: Nothing is painted, or GrabCut lacks a stroke on one of the sides.
    """
    if not strokes.is_painted.any():
        raise ValueError('Nothing is painted yet')
    if rest == 'guess':
        if not has_both_sides(strokes):
            raise ValueError('Paint at least one stroke on the object and one on the background')
        small, scale = shrunk(photo, GRABCUT_SIDE)
        # Nearest pixels: a stroke must not fade into unknown.
        values = cv2.resize(strokes.values, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        trimap = _enlarged(trimap_of_scribbles(small, values, width * scale), photo)
    else:
        trimap = np.full_like(strokes.values, BG if rest == 'background' else UNKNOWN)
    trimap[strokes.is_painted] = strokes.values[strokes.is_painted]
    return _with_notes(trimap)


def _with_notes(trimap: np.ndarray) -> ChosenTrimap:
    return ChosenTrimap(trimap, trimap_warnings(SnappedTrimap(trimap, 0)))


def _enlarged(trimap: np.ndarray, photo: np.ndarray) -> np.ndarray:
    return cv2.resize(trimap, photo.shape[1::-1], interpolation=cv2.INTER_NEAREST)
