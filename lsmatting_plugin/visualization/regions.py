"""The regions of a trimap, shown over its photo."""

import numpy as np

from ..trimap import BG, FG

COLOURS = {FG: (90, 200, 60), BG: (200, 90, 40)}  # BGR: object green, background blue
STRENGTH = 0.55


def regions_over(photo: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """A photo on which what is known is coloured.

    Args:
        photo (ndarray): uint8 BGR (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0 background, 128 unknown, 255 foreground.

    Returns:
        ndarray: uint8 BGR (H, W, 3): green over the foreground, blue over the background, the
        unknown region as it is.
    """
    shown = photo.copy()
    for value, colour in COLOURS.items():
        is_here = trimap == value
        mixed = (1 - STRENGTH) * photo[is_here] + STRENGTH * np.array(colour)
        shown[is_here] = np.rint(mixed).astype(np.uint8)
    return shown
