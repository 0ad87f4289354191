"""Alpha by colours that are averaged over ever larger surroundings: crude, but nearly free."""

import cv2
import numpy as np

from ..trimap import BG, FG

MIN_CONTRAST = 10.0  # of 255; where the two colours are nearer, alpha goes towards 0


def push_pull_alpha(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """The alpha that the mean colours of the known surroundings imply.

    Foreground and background colours are spread over the image by :func:`spread`; then
    ``alpha = (I - B)(F - B) / (|F - B|^2 + 10^2)``, clipped to 0..1.

    Args:
        image (ndarray): uint8 (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0, 128 and 255.

    Returns:
        ndarray: float32 (H, W), 0..1.
    """
    image = image.astype(np.float32)
    fg, bg = (spread(image, (trimap == side).astype(np.float32)) for side in (FG, BG))
    difference = fg - bg
    product = ((image - bg) * difference).sum(axis=2)
    return np.clip(product / ((difference**2).sum(axis=2) + MIN_CONTRAST**2), 0, 1)


def spread(colours: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Continues known colours smoothly into what is not known.

    Colours are averaged by their weights at ever coarser scales, and each finer one, as far as it
    knows, is laid over the coarser (push-pull; Gortler et al., *The Lumigraph*, 1996, section 3.4).

    Args:
        colours (ndarray): float32 (H, W, 3).
        weight (ndarray): float32 (H, W), 0..1: how far they are known.

    Returns:
        ndarray: float32 (H, W, 3).
    """
    levels = [np.concatenate([colours * weight[..., None], weight[..., None]], axis=2)]
    while max(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        size = ((width + 1) // 2, (height + 1) // 2)
        coarser = cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA)
        # The sum of four pixels: it is known as soon as one of them is.
        coarser = 4 * coarser.reshape(size[1], size[0], 4)
        levels.append(coarser / np.maximum(coarser[..., 3:], 1))
    result: np.ndarray = np.zeros((1, 1, 3), np.float32)
    for level in reversed(levels):
        height, width = level.shape[:2]
        result = cv2.resize(result, (width, height), interpolation=cv2.INTER_LINEAR)
        known = level[..., 3:]
        own = level[..., :3] / np.maximum(known, 1e-9)
        result = known * own + (1 - known) * result.reshape(height, width, 3)
    return result
