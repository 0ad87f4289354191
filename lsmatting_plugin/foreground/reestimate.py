"""Re-estimation of training foregrounds under the local smoothness assumption (section 5.4)."""

import cv2
import numpy as np


def reestimate_foreground(
    fg: np.ndarray,
    alpha: np.ndarray,
    kappa: float = 1.0,
    num_scales: int = 6,
    base_iterations: int = 20,
) -> np.ndarray:
    r"""Foreground colours that are locally smooth where alpha is below 1.

    Colours that a data set gives for nearly transparent pixels are noise. They are replaced by the
    minimiser F of

    .. math::
        \sum_i (\alpha_i F_i - I_i)^2
        + \kappa \sum_i \sum_{n \in N(i)} (q_i + q_n) (F_i - F_n)^2 / 2,
        \quad q = (1 - \alpha)^2,

    with the image :math:`I = \alpha F_0` and the four neighbours N(i), approached by Jacobi sweeps
    from coarse to fine. Where alpha and its neighbours are 1, F = F_0.

    Args:
        fg (ndarray): Colours F_0, uint8 (H, W, 3).
        alpha (ndarray): Their matte, uint8 (H, W).
        kappa (float): Weight of smoothness.
        num_scales (int): Scales 1/2^(num_scales - 1) .. 1; fewer where a side would vanish.
        base_iterations (int): Sweeps at full size; each halving doubles them.

    Returns:
        ndarray: uint8 (H, W, 3), truncated as in the original.

    Raises:
        ValueError: The arrays have another type or do not fit together.
    """
    _check(fg, alpha)
    matte = alpha[..., None].astype(np.float32) / 255
    image = matte * (fg.astype(np.float32) / 255)
    height, width = alpha.shape
    colours = fg.astype(np.float32) / 255
    for scale in reversed(range(num_scales)):
        size = (width >> scale, height >> scale)
        if min(size) < 1:
            continue
        if scale == 0:
            a, i = matte, image
            colours = cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR)
        else:
            a = cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR)[..., None]
            i = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
            colours = cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR)
        colours = _sweep(colours, i, a, kappa, base_iterations * 2**scale)
    return (colours.clip(0, 1) * 255).astype(np.uint8)


def _sweep(
    colours: np.ndarray, image: np.ndarray, alpha: np.ndarray, kappa: float, iterations: int
) -> np.ndarray:
    """Jacobi sweeps at one scale: all (h, w, 3), alpha (h, w, 1), float32, 0..1."""
    q = (1 - alpha) ** 2
    weights = [q + neighbour for neighbour in _neighbours(q)]
    # F <- (a I + k sum_n (q + q_n) F_n) / (a^2 + 4 k q + k sum_n q_n)
    denominator = alpha**2 + kappa * sum(weights)
    source = alpha * image / denominator
    weights = [kappa * weight / denominator for weight in weights]
    for _ in range(iterations):
        smoothed = source.copy()
        for weight, neighbour in zip(weights, _neighbours(colours), strict=True):
            smoothed += weight * neighbour
        colours = smoothed
    return colours


def _neighbours(x: np.ndarray) -> list[np.ndarray]:
    """The values above, below, left and right of each pixel, (h, w, c), reflected outside."""
    rows = 'reflect' if x.shape[0] > 1 else 'edge'
    columns = 'reflect' if x.shape[1] > 1 else 'edge'
    tall = np.pad(x, ((1, 1), (0, 0), (0, 0)), mode=rows)
    wide = np.pad(x, ((0, 0), (1, 1), (0, 0)), mode=columns)
    return [tall[:-2], tall[2:], wide[:, :-2], wide[:, 2:]]


def _check(fg: np.ndarray, alpha: np.ndarray) -> None:
    if fg.dtype != np.uint8 or fg.ndim != 3 or fg.shape[2] != 3:
        raise ValueError(f'fg must be uint8 (H, W, 3), not {fg.dtype} {fg.shape}')
    if alpha.dtype != np.uint8 or alpha.ndim != 2:
        raise ValueError(f'alpha must be uint8 (H, W), not {alpha.dtype} {alpha.shape}')
    if fg.shape[:2] != alpha.shape or alpha.size == 0:
        raise ValueError(f'fg {fg.shape} and alpha {alpha.shape} must have one size, not empty')
