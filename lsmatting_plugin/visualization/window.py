"""The part of a picture that is worth showing."""

import cv2
import numpy as np

from .shrunk import shrunk


def largest_window(values: np.ndarray, side: int) -> tuple[slice, slice]:
    """The square window in which values add up to the most.

    Args:
        values (ndarray): (H, W), 0 or more.
        side (int): Of the window, pixels; it is cut to what the array has.

    Returns:
        tuple[slice, slice]: Rows and columns. Of equal windows, the first one row by row; without
        any value above 0, the middle.
    """
    height, width = (min(side, length) for length in values.shape)
    # S[y, x] = sum of values[:y, :x], hence each window's sum by its four corners
    s = cv2.integral(values.astype(np.float64))
    sums = s[height:, width:] - s[:-height, width:] - s[height:, :-width] + s[:-height, :-width]
    if values.any():
        top, left = np.unravel_index(np.argmax(sums), sums.shape)
    else:
        top, left = ((length - 1) // 2 for length in sums.shape)
    return slice(int(top), int(top) + height), slice(int(left), int(left) + width)


def window_in(picture: np.ndarray, window: tuple[slice, slice], side: int) -> np.ndarray:
    """A small version of a picture, on which a window is framed.

    Args:
        picture (ndarray): uint8 BGR (H, W, 3).
        window (tuple[slice, slice]): Rows and columns.
        side (int): The longer side of the small version, at most, pixels.

    Returns:
        ndarray: uint8 BGR (h, w, 3).
    """
    small, scale = shrunk(picture, side)
    small = small.copy()
    rows, columns = window
    start = [round(part.start * scale) for part in (columns, rows)]
    end = [round(part.stop * scale) - 1 for part in (columns, rows)]
    # Dark round bright is seen on any photo.
    for colour, thickness in (((0, 0, 0), 4), ((0, 200, 255), 2)):
        cv2.rectangle(small, start, end, colour, thickness)
    return small
