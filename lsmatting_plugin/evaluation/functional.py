"""The four errors of the matting literature on numpy arrays: SAD, MSE, gradient, connectivity.

SAD and MSE are plain distances; gradient and connectivity error were designed by Rhemann et al., *A
Perceptually Motivated Online Benchmark for Image Matting*, CVPR 2009. Two protocols compute them:

======================  ==================================  ======================================
..                      ``'dim'``                           ``'lsa'``
======================  ==================================  ======================================
source                  MATLAB code of Deep Image Matting   evaluation of the LSA-Matting
                        (Xu et al., CVPR 2017)              repository (arXiv 2112.13809)
use it to               report or compare numbers           reproduce that repository's output
alphas                  8-bit files; floats are rounded     floats; 8-bit is divided by 255
SAD, MSE                sum over the unknown region         sum over the whole image
gradient                alphas stretched to 0..1, 9x9       alphas as they are, 7x7 kernel
                        kernel
connectivity, no pixel  level reached so far                level 1
at a threshold
connectivity, compares  single precision: 153 / 255         double precision, thresholds k * 0.1:
                        reaches 0.6                         153 / 255 misses 0.6000000000000001
connectivity, largest   the first one column by column      the first one row by row
component not unique
======================  ==================================  ======================================

Both agree in the rest. *Unknown* is every trimap pixel that is neither 0 nor 255: the sources test
for 128 exactly, which is the same on a proper trimap and scores a trimap drawn with 127 as zero.
Sums are taken in double precision; MATLAB's own, in single, are off by about 1e-6 of the value.

An image without unknown pixels scores 0 wherever the unknown region is summed over or divided by:
all four errors under 'dim'; MSE, gradient and connectivity under 'lsa'. MATLAB's own MSE is NaN
there (0 / 0). In a mean over images such an image counts as any other, with these numbers.

Float alphas are taken as the float64 of their value: of float16 and float32, which that holds
exactly, as of float64 itself. Under 'dim' they are rounded to 8 bits, so that float32(k / 255),
float64(k / 255) and uint8 k score the same. Under 'lsa' float32 moves an alpha by 2^-25 at most,
and the SAD of N pixels by N * 2^-24 / 1000; the connectivity error jumps at its thresholds, of
which float32(0.6) reaches one that 153 / 255 misses.
"""

from typing import NamedTuple

import cv2
import numpy as np

from .connectivity import connected_level, degree_differences
from .gradient import magnitude_differences

PROTOCOLS = ('dim', 'lsa')
# Kinds of pixels by their true alpha: 0, between, 1.
ALPHA_CLASSES = ('bg', 'soft', 'fg')


def sad(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Sum of absolute differences, in thousands: ``sum |pred - gt| / 1000``, alphas in 0..1.

    Summed over the unknown region ('dim') or over the whole image ('lsa').

    Args:
        pred_alpha: Predicted alpha (H, W), uint8 0..255 or float 0..1.
        gt_alpha: True alpha (H, W), uint8 0..255 or float 0..1.
        trimap: Trimap (H, W), uint8: 0 background, 255 foreground, else unknown.
        protocol: 'dim' or 'lsa', see the module's docstring.

    Returns:
        The error, 0 or more.

    Raises:
        ValueError: On an unknown protocol, on arrays that are not (H, W) of one shape, on another
            dtype, on a float alpha with NaN or values outside 0..1.
    """
    pair = _checked_pair(pred_alpha, gt_alpha, trimap, protocol)
    return float(_absolute_errors(pair).sum() / 1000)


def mse(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Mean squared error: ``sum (pred - gt)^2 / number of unknown pixels``, alphas in 0..1.

    Summed over the unknown region ('dim') or over the whole image ('lsa'); 0 where no pixel is
    unknown. Tables in papers print it times 1000.

    Args, returns and raises as :func:`sad`.
    """
    pair = _checked_pair(pred_alpha, gt_alpha, trimap, protocol)
    num_unknown = np.count_nonzero(pair.is_unknown)
    return float(_squared_errors(pair).sum() / num_unknown) if num_unknown else 0.0


def gradient_error(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Gradient error, in thousands: ``sum (|grad pred| - |grad gt|)^2 / 1000`` over unknown pixels.

    Gradients are taken with derivatives of a Gaussian of 1.4 px. 'dim' first stretches each alpha
    so that its smallest value becomes 0 and its largest 1 (MATLAB's ``mat2gray``), hence a wrong
    gain or offset costs nothing there.

    Args, returns and raises as :func:`sad`.
    """
    pair = _checked_pair(pred_alpha, gt_alpha, trimap, protocol)
    return float(_gradient_errors(pair).sum() / 1000)


def connectivity_error(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Connectivity error, in thousands: ``sum |phi(pred) - phi(gt)| / 1000`` over unknown pixels.

    ``phi(alpha) = 1 - d * [d >= 0.15]`` with ``d = alpha - level``, where ``level`` is the highest
    threshold out of 0, 0.1 .. 1 up to which the pixel belongs to the largest 4-connected region
    that both alphas reach.

    Args, returns and raises as :func:`sad`.
    """
    pair = _checked_pair(pred_alpha, gt_alpha, trimap, protocol)
    return float(_connectivity_errors(pair).sum() / 1000)


def errors_by_alpha(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> dict[str, dict[str, float]]:
    """The errors apart for pixels of each kind of true alpha, :data:`ALPHA_CLASSES`.

    They tell what a method is bad at: background taken for foreground, soft pixels, or holes in the
    foreground.

    Args and raises as :func:`sad`.

    Returns:
        For each class ``pixels``, those of the unknown region, and the names of :data:`ERRORS`.
        Summed over the classes, SAD, gradient and connectivity error give the image's; the MSE is
        the mean over the class's own pixels, weighted by whose numbers the classes' give the
        image's. An error of a class without pixels is 0.
    """
    pair = _checked_pair(pred_alpha, gt_alpha, trimap, protocol)
    opaque = 255 if protocol == 'dim' else 1
    is_of = dict(bg=pair.gt == 0, soft=(pair.gt > 0) & (pair.gt < opaque), fg=pair.gt == opaque)
    counted = dict(
        SAD=(_absolute_errors(pair), pair.is_counted),
        MattingMSE=(_squared_errors(pair), pair.is_counted),
        GradientError=(_gradient_errors(pair), pair.is_unknown),
        ConnectivityError=(_connectivity_errors(pair), pair.is_unknown),
    )
    table: dict[str, dict[str, float]] = {}
    for name in ALPHA_CLASSES:
        num_pixels = int(np.count_nonzero(is_of[name] & pair.is_unknown))
        table[name] = dict(pixels=num_pixels)
        for error, (values, region) in counted.items():
            norm = max(num_pixels, 1) if error == 'MattingMSE' else 1000
            table[name][error] = float(values[is_of[name][region]].sum() / norm)
    return table


def check_protocol(protocol: str) -> None:
    """Refuse a protocol other than those of :data:`PROTOCOLS`.

    Args:
        protocol: The name to check.

    Raises:
        ValueError: If there is no such protocol.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol must be 'dim' or 'lsa', but is {protocol!r}")


class _Pair(NamedTuple):
    """A prediction and the truth, in the numbers in which the protocol sees them.

    Attributes:
        pred, gt (ndarray): (H, W), uint8 for 'dim', float64 0..1 for 'lsa'.
        is_unknown (ndarray): bool (H, W).
        protocol (str): 'dim' or 'lsa'.
    """

    pred: np.ndarray
    gt: np.ndarray
    is_unknown: np.ndarray
    protocol: str

    @property
    def is_counted(self) -> np.ndarray:
        """Where SAD and MSE count, bool (H, W)."""
        return self.is_unknown if self.protocol == 'dim' else np.ones_like(self.is_unknown)


def _checked_pair(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str
) -> _Pair:
    check_protocol(protocol)
    arrays = {'pred_alpha': pred_alpha, 'gt_alpha': gt_alpha, 'trimap': trimap}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise ValueError(
                f'{name} must be a numpy array (H, W), but is a {type(array).__name__}'
            )
        if array.ndim != 2 or array.size == 0:
            raise ValueError(f'{name} must be a non-empty (H, W), but has shape {array.shape}')
    if not pred_alpha.shape == gt_alpha.shape == trimap.shape:
        shapes = ', '.join(f'{name} {array.shape}' for name, array in arrays.items())
        raise ValueError(f'pred_alpha, gt_alpha and trimap must share one shape, but are {shapes}')
    if trimap.dtype != np.uint8:
        raise ValueError(f'trimap must be uint8 0..255, but is {trimap.dtype}')
    pred = _as_seen('pred_alpha', pred_alpha, protocol)
    gt = _as_seen('gt_alpha', gt_alpha, protocol)
    return _Pair(pred, gt, (trimap != 0) & (trimap != 255), protocol)


def _as_seen(name: str, alpha: np.ndarray, protocol: str) -> np.ndarray:
    """The alpha (H, W) of an 8-bit file, uint8, for 'dim'; as float64 0..1 for 'lsa'."""
    if alpha.dtype == np.uint8:
        return np.ascontiguousarray(alpha) if protocol == 'dim' else alpha / 255.0
    if not np.issubdtype(alpha.dtype, np.floating):
        raise ValueError(f'{name} must be uint8 0..255 or float 0..1, but is {alpha.dtype}')
    low, high = alpha.min(), alpha.max()
    if not (low >= 0 and high <= 1):  # NaN fails every comparison
        raise ValueError(
            f'{name} is {alpha.dtype}, so must lie in 0..1 without NaN, but spans {low}..{high}; '
            'clip it, or pass 0..255 as uint8'
        )
    alpha = alpha.astype(np.float64)
    return np.rint(alpha * 255).astype(np.uint8) if protocol == 'dim' else alpha


def _absolute_errors(pair: _Pair) -> np.ndarray:
    """|pred - gt| of each counted pixel, in 0..1."""
    return _to_floats(cv2.absdiff(pair.pred, pair.gt)[pair.is_counted])


def _squared_errors(pair: _Pair) -> np.ndarray:
    """(pred - gt)^2 of each counted pixel, alphas in 0..1."""
    return np.square(_absolute_errors(pair))


def _gradient_errors(pair: _Pair) -> np.ndarray:
    """(|grad pred| - |grad gt|)^2 of each unknown pixel."""
    is_matlab = pair.protocol == 'dim'
    return np.square(magnitude_differences(pair.pred, pair.gt, pair.is_unknown, is_matlab))


def _connectivity_errors(pair: _Pair) -> np.ndarray:
    """|phi(pred) - phi(gt)| of each unknown pixel."""
    intersection = np.minimum(pair.pred, pair.gt)
    if pair.protocol == 'dim':
        reached = cv2.LUT(intersection, _num_reached(np.arange(256) / 255, np.float32))
        # MATLAB scans columns: in the transposed image, rows come in the same order.
        level = cv2.transpose(connected_level(cv2.transpose(reached), skips_empty=False))
    else:
        reached = _num_reached(intersection, np.float64)
        level = connected_level(reached, skips_empty=True)
    return degree_differences(pair.pred, pair.gt, level, pair.is_unknown)


def _to_floats(alpha: np.ndarray) -> np.ndarray:
    """Values in 0..1, float64, of uint8 or of such."""
    return alpha / 255.0 if alpha.dtype == np.uint8 else alpha


def _num_reached(alpha: np.ndarray, precision: type) -> np.ndarray:
    """How many of the thresholds 0.1, 0.2 .. 1 each alpha reaches, uint8, of the alpha's shape."""
    thresholds: np.ndarray = (np.arange(1, 11) * 0.1).astype(precision)
    return np.searchsorted(thresholds, alpha.astype(precision), side='right').astype(np.uint8)


# The errors by the names under which they are logged.
ERRORS = dict(
    SAD=sad,
    MattingMSE=mse,
    GradientError=gradient_error,
    ConnectivityError=connectivity_error,
)
# As papers' tables call them.
SHORT_NAMES = dict(
    SAD='SAD',
    MattingMSE='MSE',
    GradientError='Grad',
    ConnectivityError='Conn',
)
