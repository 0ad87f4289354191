"""Where a mask is, and how far from it each pixel lies."""

import cv2
import numpy as np


def window_round(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The smallest window that holds a mask and a margin round it.

    Args:
        mask (ndarray): bool (H, W), such as where a trimap is unknown.
        margin (int): Pixels; less where the image ends.

    Returns:
        tuple[slice, slice]: Of rows and columns; round the first pixel where the mask is empty.
    """
    slices = []
    for axis in (1, 0):
        hits = np.flatnonzero(mask.any(axis=axis))
        first, last = (hits[0], hits[-1]) if hits.size else (0, 0)
        slices.append(slice(max(first - margin, 0), last + 1 + margin))
    return slices[0], slices[1]


def distance_to(mask: np.ndarray) -> np.ndarray:
    """Exact euclidean distance of each pixel to a mask, in pixels.

    Args:
        mask (ndarray): bool (H, W).

    Returns:
        ndarray: float32 (H, W): 0 within the mask, huge where it is empty.
    """
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
