"""Random parts of a picture."""

import cv2
import numpy as np


def random_blob(
    shape: tuple[int, int], rng: np.random.Generator, softness: float = 0.02
) -> np.ndarray:
    """A few large smooth patches.

    Args:
        shape (tuple[int, int]): Height and width, pixels.
        rng (np.random.Generator): Source of randomness.
        softness (float): Width of the patches' edges, of the long side.

    Returns:
        np.ndarray: float32 (H, W), 0..1, near 1 in a random third to two thirds of the picture.
    """
    cells = int(rng.integers(2, 6))
    noise: np.ndarray = rng.random((cells, cells), dtype=np.float32)
    noise = cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)
    threshold = np.quantile(noise, rng.uniform(1 / 3, 2 / 3))
    # Across one cell the noise rises by about 1/2.
    slope = max(shape) / cells * 2 / max(softness * max(shape), 1)
    return np.clip((noise - threshold) * slope + 0.5, 0, 1)
