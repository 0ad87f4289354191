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
all four errors under 'dim'; MSE, gradient and connectivity under 'lsa'.
"""

import math

import cv2
import numpy as np

PROTOCOLS = ('dim', 'lsa')


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
    pred, gt, is_unknown = _prepare(pred_alpha, gt_alpha, trimap, protocol)
    return float(_summed_over(np.abs(pred - gt), is_unknown, protocol) / 1000)


def mse(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Mean squared error: ``sum (pred - gt)^2 / number of unknown pixels``, alphas in 0..1.

    Summed over the unknown region ('dim') or over the whole image ('lsa'); 0 where no pixel is
    unknown. Tables in papers print it times 1000.

    Args:
        pred_alpha: Predicted alpha (H, W), uint8 0..255 or float 0..1.
        gt_alpha: True alpha (H, W), uint8 0..255 or float 0..1.
        trimap: Trimap (H, W), uint8: 0 background, 255 foreground, else unknown.
        protocol: 'dim' or 'lsa', see the module's docstring.

    Returns:
        The error, 0 or more.

    Raises:
        ValueError: As :func:`sad`.
    """
    pred, gt, is_unknown = _prepare(pred_alpha, gt_alpha, trimap, protocol)
    num_unknown = np.count_nonzero(is_unknown)
    if num_unknown == 0:
        return 0.0
    return float(_summed_over((pred - gt) ** 2, is_unknown, protocol) / num_unknown)


def gradient_error(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Gradient error, in thousands: ``sum (|grad pred| - |grad gt|)^2 / 1000`` over unknown pixels.

    Gradients are taken with derivatives of a Gaussian of 1.4 px. 'dim' first stretches each alpha
    so that its smallest value becomes 0 and its largest 1 (MATLAB's ``mat2gray``), hence a wrong
    gain or offset costs nothing there.

    Args:
        pred_alpha: Predicted alpha (H, W), uint8 0..255 or float 0..1.
        gt_alpha: True alpha (H, W), uint8 0..255 or float 0..1.
        trimap: Trimap (H, W), uint8: 0 background, 255 foreground, else unknown.
        protocol: 'dim' or 'lsa', see the module's docstring.

    Returns:
        The error, 0 or more.

    Raises:
        ValueError: As :func:`sad`.
    """
    pred, gt, is_unknown = _prepare(pred_alpha, gt_alpha, trimap, protocol)
    if protocol == 'dim':
        pred, gt = _stretch(pred), _stretch(gt)
    smoothing, derivative = _gaussian_kernels(protocol)
    difference = _gradient_magnitude(pred, smoothing, derivative)
    difference -= _gradient_magnitude(gt, smoothing, derivative)
    return float(np.square(difference[is_unknown]).sum() / 1000)


def connectivity_error(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str = 'dim'
) -> float:
    """Connectivity error, in thousands: ``sum |phi(pred) - phi(gt)| / 1000`` over unknown pixels.

    ``phi(alpha) = 1 - d * [d >= 0.15]`` with ``d = alpha - level``, where ``level`` is the highest
    threshold out of 0, 0.1 .. 1 up to which the pixel belongs to the largest 4-connected region
    that both alphas reach.

    Args:
        pred_alpha: Predicted alpha (H, W), uint8 0..255 or float 0..1.
        gt_alpha: True alpha (H, W), uint8 0..255 or float 0..1.
        trimap: Trimap (H, W), uint8: 0 background, 255 foreground, else unknown.
        protocol: 'dim' or 'lsa', see the module's docstring.

    Returns:
        The error, 0 or more.

    Raises:
        ValueError: As :func:`sad`.
    """
    pred, gt, is_unknown = _prepare(pred_alpha, gt_alpha, trimap, protocol)
    if protocol == 'dim':
        # MATLAB scans columns: in the transposed image, ours come in the same order.
        pred, gt, is_unknown = (np.ascontiguousarray(x.T) for x in (pred, gt, is_unknown))
    level = _connected_level(np.minimum(pred, gt), protocol)
    difference = _connectivity_degree(pred - level) - _connectivity_degree(gt - level)
    return float(np.abs(difference[is_unknown]).sum() / 1000)


def check_protocol(protocol: str) -> None:
    """Refuse a protocol other than those of :data:`PROTOCOLS`.

    Args:
        protocol: The name to check.

    Raises:
        ValueError: If there is no such protocol.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol must be 'dim' or 'lsa', but is {protocol!r}")


def _prepare(
    pred_alpha: np.ndarray, gt_alpha: np.ndarray, trimap: np.ndarray, protocol: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Check the arguments; return both alphas as float64 0..1 and the mask of unknown pixels."""
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
    pred = _to_unit_range('pred_alpha', pred_alpha, protocol)
    gt = _to_unit_range('gt_alpha', gt_alpha, protocol)
    return pred, gt, (trimap != 0) & (trimap != 255)


def _to_unit_range(name: str, alpha: np.ndarray, protocol: str) -> np.ndarray:
    """The alpha (H, W) as float64 0..1; for 'dim' with the 256 values that an 8-bit file holds."""
    if alpha.dtype == np.uint8:
        return alpha / 255.0
    if not np.issubdtype(alpha.dtype, np.floating):
        raise ValueError(f'{name} must be uint8 0..255 or float 0..1, but is {alpha.dtype}')
    low, high = alpha.min(), alpha.max()
    if not (low >= 0 and high <= 1):  # NaN fails every comparison
        raise ValueError(
            f'{name} is {alpha.dtype}, so must lie in 0..1 without NaN, but spans {low}..{high}; '
            'clip it, or pass 0..255 as uint8'
        )
    alpha = alpha.astype(np.float64)
    return np.rint(alpha * 255) / 255 if protocol == 'dim' else alpha


def _summed_over(error: np.ndarray, is_unknown: np.ndarray, protocol: str) -> np.floating:
    """The sum of a map of pixel errors over the region where the protocol counts them."""
    return error[is_unknown].sum() if protocol == 'dim' else error.sum()


def _stretch(alpha: np.ndarray) -> np.ndarray:
    """The alpha scaled so that it spans 0..1; a constant one, whose gradient is 0, as it is."""
    low, high = alpha.min(), alpha.max()
    return (alpha - low) / (high - low) if high > low else alpha


def _gaussian_kernels(protocol: str) -> tuple[np.ndarray, np.ndarray]:
    """A Gaussian of 1.4 px and its derivative, whose outer product has unit L2 norm."""
    sigma, epsilon = 1.4, 0.01
    # where the normal density falls to epsilon: exp(-r^2 / (2 s^2)) / (sqrt(2 pi) s) = epsilon
    radius = sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * epsilon))  # 3.63
    half_size = math.ceil(radius) if protocol == 'dim' else math.floor(radius)
    x = np.arange(-half_size, half_size + 1, dtype=np.float64)
    smoothing = np.exp(-(x**2) / (2 * sigma**2))
    derivative = x * smoothing  # constant factors, sign included, leave with norm and magnitude
    return smoothing / np.linalg.norm(smoothing), derivative / np.linalg.norm(derivative)


def _gradient_magnitude(
    alpha: np.ndarray, smoothing: np.ndarray, derivative: np.ndarray
) -> np.ndarray:
    """The length (H, W) of the alpha's smoothed gradient, its border pixels continued outwards."""
    border = cv2.BORDER_REPLICATE
    grad_x = cv2.sepFilter2D(alpha, cv2.CV_64F, derivative, smoothing, borderType=border)
    grad_y = cv2.sepFilter2D(alpha, cv2.CV_64F, smoothing, derivative, borderType=border)
    return np.hypot(grad_x, grad_y)


def _connected_level(intersection: np.ndarray, protocol: str) -> np.ndarray:
    """The highest threshold up to which each pixel stays in the largest connected region.

    Args:
        intersection: The smaller of both alphas (H, W), float64 0..1: it reaches a threshold where
            both do.
        protocol: 'dim' or 'lsa'.

    Returns:
        The level (H, W), float64, one of 0, 0.1 .. 1.
    """
    thresholds = np.arange(11) * 0.1
    precision = np.float32 if protocol == 'dim' else np.float64
    intersection = intersection.astype(precision)
    level = np.ones(intersection.shape)
    is_connected = np.ones(intersection.shape, dtype=bool)
    for step in range(1, 11):
        is_reached = intersection >= precision(thresholds[step])
        if protocol == 'lsa' and not is_reached.any():
            break  # skipped there, and no pixel reaches the higher thresholds either
        is_largest = _largest_component(is_reached)
        level[is_connected & ~is_largest] = thresholds[step - 1]
        is_connected &= is_largest
    return level


def _largest_component(mask: np.ndarray) -> np.ndarray:
    """The largest 4-connected component of a bool mask (H, W); of equals the first, row by row."""
    num_labels, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.view(np.uint8), connectivity=4
    )
    if num_labels == 1:
        return np.zeros_like(mask)
    area = stats[:, cv2.CC_STAT_AREA]
    area[0] = 0  # label 0 is the background, which is no component
    is_largest = (area == area.max())[labels]
    # OpenCV promises no order of its labels, so look for the first pixel, not the first label.
    return labels == labels.flat[is_largest.argmax()]


def _connectivity_degree(distance: np.ndarray) -> np.ndarray:
    """Phi, the degree of connectivity, of distances ``alpha - level`` (H, W)."""
    # 8-bit alphas stay 0.25 / 255 away from any level + 0.15, so the precision decides nothing.
    return 1 - distance * (distance >= 0.15)
