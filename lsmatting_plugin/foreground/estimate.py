"""Foreground colours of a finished matte, for cut-outs without a halo."""

import numpy as np


def estimate_foreground(image: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colours of the foreground alone, where an image shows a mixture.

    A pixel of a photo is I = alpha F + (1 - alpha) B. Cut out with its own colours it keeps a rim
    of the old background; this estimates F and B together with pymatting's multi-level solver
    (Germer et al., Fast Multi-Level Foreground Estimation, arXiv 2006.14970). The solver that
    re-estimates training foregrounds (:func:`.reestimate_foreground`) would not do: its input,
    alpha F, has no background in it.

    Args:
        image (ndarray): The photo, uint8 or uint16 (H, W, 3).
        alpha (ndarray): Its matte (H, W), uint8 0..255 or float 0..1.

    Returns:
        ndarray: F (H, W, 3), rounded, in the type and channel order of ``image``. Where alpha is 1
        these are the image's own colours.

    Raises:
        ValueError: The arrays have another type or do not fit together.
    """
    if image.dtype not in (np.uint8, np.uint16) or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(
            f'image must be uint8 or uint16 (H, W, 3), not {image.dtype} {image.shape}'
        )
    if alpha.shape != image.shape[:2] or alpha.size == 0:
        raise ValueError(
            f'alpha {alpha.shape} and image {image.shape} must have one size, not empty'
        )
    is_float = np.issubdtype(alpha.dtype, np.floating)
    if not (alpha.dtype == np.uint8 or (is_float and alpha.min() >= 0 and alpha.max() <= 1)):
        raise ValueError(f'alpha must be uint8 or float in 0..1 without NaN, not {alpha.dtype}')
    if alpha.size == 1:
        return image.copy()  # the solver's levels start at two pixels; one has no neighbour
    # pymatting compiles on its first import, which costs seconds once and half a second ever after.
    from pymatting import estimate_foreground_ml

    matte = alpha.astype(np.float32) if is_float else alpha / np.float32(255)
    white = np.float32(np.iinfo(image.dtype).max)
    estimated = estimate_foreground_ml(image / white, matte)
    colours = np.rint(estimated * white).astype(image.dtype)
    return np.where(matte[..., None] == 1, image, colours)
