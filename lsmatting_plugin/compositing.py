"""One picture over another."""

import numpy as np


def composite_over(fg: np.ndarray, alpha: np.ndarray, bg: np.ndarray) -> np.ndarray:
    """A foreground over another background: alpha fg + (1 - alpha) bg, rounded.

    Args:
        fg (ndarray): uint8 or uint16 (H, W, 3).
        alpha (ndarray): (H, W), uint8 or float in 0..1.
        bg (ndarray): As ``fg``.

    Returns:
        ndarray: (H, W, 3), of the type of ``fg``.
    """
    a = (alpha / 255 if alpha.dtype == np.uint8 else alpha)[..., None]
    return np.rint(a * fg + (1 - a) * bg).astype(fg.dtype)
