"""Which pixels lie close to a set of pixels."""

import math

import numba
import numpy as np

FAR = np.uint8(255)  # stands for every distance along a row from 255 on


def distance_in_row(is_target: np.ndarray) -> np.ndarray:
    """Distance of each pixel to the nearest target of its row; 255 if further, or none.

    Args:
        is_target (ndarray): bool, (H, W).

    Returns:
        ndarray: uint8, (H, W).
    """
    return _distance_in_row(np.ascontiguousarray(is_target))


def is_within(row_distance: np.ndarray, reach: int) -> np.ndarray:
    """Whether a target lies within a euclidean distance of each pixel.

    The disc of radius r is made of 2 r + 1 pieces of rows: a target lies in it exactly if in some
    row, dy away, one lies within floor(sqrt(r^2 - dy^2)) along the row. That takes 2 r + 1
    comparisons of bytes a pixel, an eighth of the time of an exact distance transform at r = 12.

    Args:
        row_distance (ndarray): Of :func:`distance_in_row`.
        reach (int): r, 0..254 pixels.

    Returns:
        ndarray: bool, (H, W).

    Raises:
        ValueError: If ``reach`` is out of range.
    """
    if not 0 <= reach < FAR:
        raise ValueError(f'reach must be within 0..{FAR - 1} pixels, got {reach}')
    spans = [math.isqrt(reach**2 - dy**2) for dy in range(-reach, reach + 1)]
    return _is_within(row_distance, np.array(spans, np.uint8))


@numba.njit(cache=True, nogil=True)
def _distance_in_row(is_target):
    height, width = is_target.shape
    distance = np.empty((height, width), np.uint8)
    for y in range(height):
        steps = FAR
        for x in range(width):
            steps = np.uint8(0) if is_target[y, x] else min(steps, FAR - np.uint8(1)) + np.uint8(1)
            distance[y, x] = steps
        steps = FAR
        for x in range(width - 1, -1, -1):
            steps = np.uint8(0) if is_target[y, x] else min(steps, FAR - np.uint8(1)) + np.uint8(1)
            distance[y, x] = min(distance[y, x], steps)
    return distance


@numba.njit(cache=True, nogil=True)
def _is_within(row_distance, spans):
    height, width = row_distance.shape
    reach = len(spans) // 2
    result = np.zeros((height, width), np.bool_)
    for y in range(height):
        row = result[y]
        for dy in range(max(-reach, -y), min(reach, height - 1 - y) + 1):
            span = spans[dy + reach]
            distances = row_distance[y + dy]
            for x in range(width):
                row[x] |= distances[x] <= span
    return result
