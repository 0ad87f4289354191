"""A trimap from a true alpha."""

import numpy as np

from ...masks import distance_to


def make_trimap(alpha: np.ndarray, distance: float) -> np.ndarray:
    """Mark as unknown what lies within a distance of the soft pixels.

    Args:
        alpha (np.ndarray): (H, W) uint8.
        distance (float): Euclidean distance in px up to which known pixels become unknown; 0 leaves
            exactly the soft ones, 0 < alpha < 255.

    Returns:
        np.ndarray: (H, W) uint8: 0 background, 128 unknown, 255 foreground. It never contradicts
            alpha: where it is 0 or 255, alpha is too.
    """
    trimap = alpha.copy()
    is_soft = (alpha > 0) & (alpha < 255)
    if is_soft.any():
        trimap[distance_to(is_soft) <= distance] = 128
    return trimap
