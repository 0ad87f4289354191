"""Gradients of alpha: convolutions with a Gaussian of 1.4 px and its derivative."""

import math

import cv2
import numpy as np

from ..masks import window_round

SIGMA = 1.4  # pixels
EPSILON = 0.01  # where the normal density falls to it, kernels end


def magnitude_differences(
    pred: np.ndarray, gt: np.ndarray, is_unknown: np.ndarray, is_matlab: bool
) -> np.ndarray:
    """|grad pred| - |grad gt| of each unknown pixel.

    Args:
        pred: Alpha (H, W), uint8 0..255 or float64 0..1.
        gt: Alpha (H, W), of the same kind.
        is_unknown: bool (H, W).
        is_matlab: Whether alphas are stretched to 0..1 (``mat2gray``), and kernels of 9 x 9 pixels
            instead of 7 x 7.

    Returns:
        The differences (number of unknown pixels,), float64.
    """
    smoothing, derivative = _gaussian_kernels(is_matlab)
    window = window_round(is_unknown, margin=len(smoothing) // 2)
    magnitudes = []
    for alpha in (pred, gt):
        low, high = (alpha.min(), alpha.max()) if is_matlab else (0, 1)
        alpha = alpha[window].astype(np.float64)
        if high > low:  # a constant alpha has no gradient, however it is stretched
            alpha = (alpha - low) / (high - low)
        magnitudes.append(_gradient_magnitude(alpha, smoothing, derivative))
    return np.subtract(*magnitudes)[is_unknown[window]]


def _gaussian_kernels(is_matlab: bool) -> tuple[np.ndarray, np.ndarray]:
    """The Gaussian and its derivative, whose outer product has unit L2 norm."""
    # exp(-r^2 / (2 s^2)) / (sqrt(2 pi) s) = epsilon
    radius = SIGMA * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * SIGMA * EPSILON))  # 3.63
    half_size = math.ceil(radius) if is_matlab else math.floor(radius)
    x = np.arange(-half_size, half_size + 1, dtype=np.float64)
    smoothing = np.exp(-(x**2) / (2 * SIGMA**2))
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
