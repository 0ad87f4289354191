"""Where a matte is too opaque or too transparent, as colours."""

import cv2
import numpy as np

from .contact_sheet import BACKGROUND, text_strip

# ColorBrewer's RdBu, which colour-blind people tell apart: pred - gt from -LIMIT, blue, over 0,
# white, to LIMIT, red. RGB.
COLOURS = (
    (5, 48, 97),
    (33, 102, 172),
    (67, 147, 195),
    (146, 197, 222),
    (247, 247, 247),
    (244, 165, 130),
    (214, 96, 77),
    (178, 24, 43),
    (103, 0, 31),
)
LIMIT = 0.5  # larger differences look the same; smaller ones would be pale at 1
KNOWN = 150  # grey level of what the trimap knows


def error_map(pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """The signed difference pred - gt of the unknown region in a diverging colour map.

    Args:
        pred_alpha (ndarray): uint8 (H, W), 0..255.
        gt_alpha (ndarray): uint8 (H, W), 0..255.
        trimap (ndarray): uint8 (H, W): 0 background, 255 foreground, else unknown.

    Returns:
        ndarray: uint8 BGR (H, W, 3): white where equal, the redder the more the matte is too
        opaque, the bluer the more it is too transparent; grey where the trimap is known.
    """
    difference = (pred_alpha.astype(np.float32) - gt_alpha.astype(np.float32)) / 255
    picture = colour_of(difference)
    picture[(trimap == 0) | (trimap == 255)] = KNOWN
    return picture


def colour_of(difference: np.ndarray) -> np.ndarray:
    """The colours, uint8 BGR (..., 3), of differences (...) in -1..1."""
    stops = np.linspace(-LIMIT, LIMIT, len(COLOURS))
    rgb = [np.interp(difference, stops, channel) for channel in np.transpose(COLOURS)]
    return np.rint(np.stack(rgb[::-1], axis=-1)).astype(np.uint8)


def error_legend(size: int) -> np.ndarray:
    """What the colours mean, as a picture for the foot of a contact sheet.

    Args:
        size (int): Of the letters, pixels.

    Returns:
        ndarray: uint8 BGR (H, W, 3).
    """
    bar = np.tile(colour_of(np.linspace(-LIMIT, LIMIT, 14 * size)), (size, 1, 1))
    known = np.full((size, 2 * size, 3), KNOWN, np.uint8)
    parts = [
        _words(f'error: too transparent, -{LIMIT} or more', size),
        bar,
        _words(f'too opaque, +{LIMIT} or more', size),
        known,
        _words('known by the trimap', size),
    ]
    height = max(len(part) for part in parts)
    return np.hstack([_centred(part, height, size // 2) for part in parts])


def _words(text: str, size: int) -> np.ndarray:
    """A text, with nothing but a margin round it."""
    strip = text_strip([text], len(text) * size, len(text) * size, size)
    end = np.flatnonzero((strip != BACKGROUND).any(axis=(0, 2)))[-1]
    return strip[:, : end + 1]


def _centred(part: np.ndarray, height: int, margin: int) -> np.ndarray:
    above = (height - len(part)) // 2
    sides = (above, height - len(part) - above, 0, margin)
    return cv2.copyMakeBorder(part, *sides, cv2.BORDER_CONSTANT, value=(BACKGROUND,) * 3)
