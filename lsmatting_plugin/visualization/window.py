"""The part of a picture that is worth showing."""

import cv2
import numpy as np


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


def outlined(picture: np.ndarray, window: tuple[slice, slice]) -> np.ndarray:
    """A picture on which a window is framed.

    Args:
        picture (ndarray): uint8 BGR (H, W, 3).
        window (tuple[slice, slice]): Rows and columns.

    Returns:
        ndarray: uint8 BGR (H, W, 3), as thick a frame as shows when the picture is reduced.
    """
    rows, columns = window
    start, end = (columns.start, rows.start), (columns.stop - 1, rows.stop - 1)
    thickness = max(1, round(max(picture.shape) / 160))
    framed = picture.copy()
    # Dark round bright is seen on any photo.
    for colour, wide in (((0, 0, 0), 3 * thickness), ((0, 200, 255), thickness)):
        cv2.rectangle(framed, start, end, colour, wide)
    return framed
