"""The local smoothness that the paper assumes, as a number."""

import numpy as np


def roughness(fg: np.ndarray, alpha: np.ndarray) -> float:
    r"""Sum of :math:`|\nabla F|` where alpha is below 1, in colours of 0..1.

    Forward differences, their Euclidean norm per channel, summed over channels and pixels; the
    last row and column have no difference across the border.

    Args:
        fg (ndarray): uint8 (H, W, 3).
        alpha (ndarray): uint8 (H, W).

    Returns:
        float: 0 for a foreground of one colour.
    """
    colours = fg.astype(np.float32) / 255
    down = np.diff(colours, axis=0, append=colours[-1:])
    right = np.diff(colours, axis=1, append=colours[:, -1:])
    return float(np.hypot(down, right)[alpha < 255].sum(dtype=np.float64))
