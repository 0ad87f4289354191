"""A picture as the background of another."""

import cv2
import numpy as np


def cover(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A picture scaled until it covers an area, its middle kept and its aspect ratio.

    Args:
        picture (ndarray): uint8 or uint16 (h, w, C).
        shape (tuple[int, int]): (H, W), pixels.

    Returns:
        ndarray: (H, W, C).
    """
    scale = max(side / own for side, own in zip(shape, picture.shape[:2], strict=True))
    height, width = (
        max(side, round(own * scale)) for side, own in zip(shape, picture.shape[:2], strict=True)
    )
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(picture, (width, height), interpolation=method)
    top, left = (height - shape[0]) // 2, (width - shape[1]) // 2
    return scaled[top : top + shape[0], left : left + shape[1]]
