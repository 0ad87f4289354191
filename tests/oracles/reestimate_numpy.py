"""Foreground re-estimation in straight numpy, section 5.4: what the fast one is timed against."""

import cv2
import numpy as np


def reestimate_foreground(
    fg: np.ndarray,
    alpha: np.ndarray,
    kappa: float = 1.0,
    num_scales: int = 6,
    base_iterations: int = 20,
) -> np.ndarray:
    """The original's arithmetic in float32; fg (H, W, 3) and alpha (H, W), uint8."""
    matte = alpha[..., None].astype(np.float32) / 255
    image = matte * (fg.astype(np.float32) / 255)
    height, width = alpha.shape
    colours = fg.astype(np.float32) / 255
    for scale in reversed(range(num_scales)):
        size = (width >> scale, height >> scale)
        if min(size) < 1:
            continue
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
