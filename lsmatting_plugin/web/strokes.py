"""What brushes of three colours leave on a canvas, as values of a trimap."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from ..trimap import BG, FG, UNKNOWN
from ..visualization.regions import COLOURS

UNKNOWN_COLOUR = (0, 160, 255)  # BGR, orange; the others are those of the trimap's preview
BRUSHES = {**COLOURS, UNKNOWN: UNKNOWN_COLOUR}
OPAQUE_FROM = 128  # a brush's soft rim belongs to it as far as it covers half of a pixel


class Strokes(NamedTuple):
    """Painted pixels.

    Attributes:
        values (ndarray): uint8 (H, W), 0, 128 or 255; unknown where nothing is painted.
        is_painted (ndarray): bool (H, W).
    """

    values: np.ndarray
    is_painted: np.ndarray


def brush_colour(value: int) -> str:
    """The colour of the brush that paints a value of the trimap, as #rrggbb."""
    return '#' + ''.join(f'{part:02x}' for part in reversed(BRUSHES[value]))


def read_strokes(layers: Sequence[np.ndarray], shape: tuple[int, int]) -> Strokes:
    """Strokes from a canvas, brought to the photo's size.

    Args:
        layers (Sequence[ndarray]): uint8 RGBA, later ones above earlier ones, of any one size.
        shape (tuple[int, int]): (H, W) of the photo.

    Returns:
        Strokes: The nearest brush colour decides what a pixel is.
    """
    values = np.full(shape, UNKNOWN, np.uint8)
    is_painted = np.zeros(shape, bool)
    names = np.array(list(BRUSHES), np.uint8)
    colours = np.array([BRUSHES[int(name)][::-1] for name in names], np.int32)
    for layer in layers:
        is_opaque = layer[..., 3] >= OPAQUE_FROM
        painted = layer[is_opaque][:, None, :3].astype(np.int32)
        here = np.full(layer.shape[:2], UNKNOWN, np.uint8)
        here[is_opaque] = names[((painted - colours) ** 2).sum(axis=2).argmin(axis=1)]
        is_new = _resized(is_opaque.astype(np.uint8), shape) > 0
        values[is_new] = _resized(here, shape)[is_new]
        is_painted |= is_new
    return Strokes(values, is_painted)


def box_round(strokes: Strokes) -> tuple[int, int, int, int]:
    """Left, top, width and height of what is painted, background strokes left out.

    Raises:
        ValueError: Nothing is painted.
    """
    is_object = strokes.is_painted & (strokes.values != BG)
    is_marked = is_object if is_object.any() else strokes.is_painted
    if not is_marked.any():
        raise ValueError('Nothing is painted yet; draw round the object, or a stroke across it')
    left, top, width, height = cv2.boundingRect(is_marked.astype(np.uint8))
    return left, top, width, height


def has_both_sides(strokes: Strokes) -> bool:
    """Whether object and background both have a stroke."""
    return all((strokes.values[strokes.is_painted] == side).any() for side in (FG, BG))


def _resized(plane: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_NEAREST)
