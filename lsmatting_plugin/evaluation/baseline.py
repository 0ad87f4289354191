"""What any method must beat."""

import numpy as np


def trivial_alpha(trimap: np.ndarray) -> np.ndarray:
    """The matte that knows nothing but the trimap: 0.5 where it is unknown.

    Args:
        trimap (ndarray): uint8 (H, W); 0 background, 255 foreground, else unknown.

    Returns:
        ndarray: float64 (H, W), one of 0, 0.5 and 1.
    """
    return np.select([trimap == 0, trimap == 255], [0.0, 1.0], default=0.5)
