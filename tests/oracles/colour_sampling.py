"""The best pair of known colours for each unknown pixel, by trying all."""

import numpy as np


def best_pairs(image: np.ndarray, trimap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Alpha and cost (N,) of the best pair, for small images whose known pixels are all candidates.

    Args:
        image (ndarray): uint8 (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0, 128 and 255.
    """
    image = image.astype(np.float64)
    unknown, fgs, bgs = (np.argwhere(trimap == value) for value in (128, 255, 0))
    alphas, costs = [], []
    for place in unknown:
        to_fg = np.linalg.norm(fgs - place, axis=1)
        to_bg = np.linalg.norm(bgs - place, axis=1)
        fg, bg = image[tuple(fgs.T)][:, None], image[tuple(bgs.T)][None]
        colour = image[tuple(place)]
        product = ((colour - bg) * (fg - bg)).sum(axis=2)
        alpha = np.clip(product / (((fg - bg) ** 2).sum(axis=2) + 1e-4), 0, 1)[..., None]
        cost = np.linalg.norm(colour - alpha * fg - (1 - alpha) * bg, axis=2)
        cost = cost + (to_fg / max(to_fg.min(), 1))[:, None] + (to_bg / max(to_bg.min(), 1))[None]
        best = np.unravel_index(cost.argmin(), cost.shape)
        alphas.append(alpha[best][0])
        costs.append(cost[best])
    return np.array(alphas), np.array(costs)
