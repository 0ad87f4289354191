"""Other ways to re-estimate training foregrounds, for comparison with the paper's."""

import numpy as np

from ..silence import without_attempts

# pymatting imports scipy and compiles with numba: only who uses it waits for it.


def reestimate_cf(fg: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The paper's "bad estimate": closed-form foreground estimation.

    pymatting's ``estimate_foreground_cf`` (Levin et al., A Closed-Form Solution to Natural Image
    Matting) on I = alpha F_0, blended as alpha F_0 + (1 - alpha) F. Slow and memory-hungry.

    Args:
        fg (ndarray): F_0, uint8 (H, W, 3).
        alpha (ndarray): uint8 (H, W).

    Returns:
        ndarray: uint8 (H, W, 3); F_0 where alpha is 0 everywhere, for then I tells nothing.
    """
    if not alpha.any():
        return fg.copy()
    from pymatting import estimate_foreground_cf

    colours, matte = fg / 255, alpha / 255
    weight = matte[..., None]
    # The original allows 4e9 entries whatever the size, which pymatting reserves at once.
    room = dict(max_nnz=min(256 * alpha.size, int(4e9)))
    with without_attempts():
        estimated = estimate_foreground_cf(weight * colours, matte, ichol_kwargs=room)
    return _to_uint8(weight * colours + (1 - weight) * estimated)


def reestimate_ml(fg: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Multi-level foreground estimation by pymatting on I = alpha F_0, blended likewise.

    Args:
        fg (ndarray): F_0, uint8 (H, W, 3).
        alpha (ndarray): uint8 (H, W).

    Returns:
        ndarray: uint8 (H, W, 3).
    """
    if alpha.size == 1:
        return fg.copy()  # the solver's levels start at two pixels; one has no neighbour
    from pymatting import estimate_foreground_ml

    colours, matte = fg / np.float32(255), alpha / np.float32(255)
    weight = matte[..., None]
    estimated = estimate_foreground_ml(weight * colours, matte)
    return _to_uint8(weight * colours + (1 - weight) * estimated)


def _to_uint8(colours: np.ndarray) -> np.ndarray:
    return np.rint(colours.clip(0, 1) * 255).astype(np.uint8)
