"""Small versions of pictures."""

import cv2
import numpy as np


def shrunk(picture: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """A picture whose longer side is at most so long.

    Args:
        picture (ndarray): (H, W) or (H, W, C).
        side (int): The longer side at most, pixels.

    Returns:
        tuple[ndarray, float]: The picture itself where it is small enough, and its scale, 0..1.
    """
    scale = min(1.0, side / max(picture.shape[:2]))
    if scale == 1:
        return picture, scale
    width, height = (max(1, round(length * scale)) for length in picture.shape[1::-1])
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), scale
