"""Closed-form matting towards the alpha that sampled colours imply."""

from typing import NamedTuple

import numpy as np

from ..silence import without_attempts
from ..trimap import FG, UNKNOWN
from .colour_sampling import SampledColours, sample_colours

# Of a prior of full confidence, beside the Laplacian's entries of about 1.
PRIOR_WEIGHT = 5e-4
COST_SCALE = 5  # confidence falls to 1/e at this cost
# Of the incomplete Cholesky factor and of the residual: mattes differ from the exact solution's by
# less than 0.01, in half the time.
DISCARD_THRESHOLD, TOLERANCE = 3e-3, 1e-5


class SampledClosedForm(NamedTuple):
    """The result, for the N unknown pixels, row by row.

    Attributes:
        alpha (ndarray): float32 (N,), 0..1.
        sampled (SampledColours): What it was drawn towards.
    """

    alpha: np.ndarray
    sampled: SampledColours


def solve_sampled_closed_form(image: np.ndarray, trimap: np.ndarray) -> SampledClosedForm:
    """Alpha that is locally linear in the colours, near to that of sampled colours.

    Minimises alpha' L alpha + w sum_i c_i (alpha_i - s_i)^2 over the unknown pixels, with the
    matting Laplacian L of Levin et al., *A Closed-Form Solution to Natural Image Matting*, 2008,
    and the data term of Wang and Cohen, *Optimized Color Sampling for Robust Matting*, CVPR 2007:
    s the alpha of :func:`.sample_colours`, c = exp(-cost / 5) how far it is trusted.

    Args:
        image (ndarray): uint8 (H, W, 3), no side below 3 pixels.
        trimap (ndarray): uint8 (H, W), 0, 128 and 255, each of them somewhere.

    Returns:
        SampledClosedForm: For the unknown pixels, in the order of ``image[trimap == 128]``.

    Raises:
        ValueError: The trimap lacks one of its three regions.
    """
    # Imported here: it costs half a second.
    from pymatting import cf_laplacian, cg, ichol
    from scipy.sparse import diags

    sampled = sample_colours(image, trimap)
    is_unknown = (trimap == UNKNOWN).ravel()
    is_known = ~is_unknown
    laplacian = cf_laplacian(image / 255, epsilon=1e-7, radius=1, is_known=is_known)
    of_unknown = laplacian[is_unknown]
    towards_known = of_unknown[:, is_known] @ (trimap.ravel()[is_known] == FG).astype(float)
    weight = PRIOR_WEIGHT * np.exp(-sampled.cost.astype(float) / COST_SCALE)
    # (L_U + W) alpha = W s - L_UK alpha_K
    matrix = (of_unknown[:, is_unknown] + diags(weight)).tocsc()
    with without_attempts():
        factor = ichol(matrix, discard_threshold=DISCARD_THRESHOLD)
    right_side = weight * sampled.alpha - towards_known
    start = sampled.alpha.astype(float)
    # Without an absolute tolerance it would not end where all of the right side is 0.
    alpha = cg(matrix, right_side, x0=start, M=factor, rtol=TOLERANCE, atol=1e-12)
    return SampledClosedForm(np.clip(alpha, 0, 1).astype(np.float32), sampled)
