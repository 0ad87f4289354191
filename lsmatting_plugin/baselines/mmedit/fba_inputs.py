"""What FBA's network sees of an image and its trimap."""

import cv2
import numpy as np

DIVISOR = 8  # of which each side is a multiple
# Distances at which a known region fades, pixels: three shares of FBA's training size.
REACHES = tuple(share * 320 for share in (0.02, 0.08, 0.16))
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def fba_inputs(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """The network's input.

    Args:
        image (ndarray): RGB 0..1, (H, W, 3), float.
        trimap (ndarray): (H, W): 0 background, 255 foreground, else unknown.

    Returns:
        ndarray: float32 (14, h, w), h and w the next multiples of 8: the normalised image (3), six
        channels of distances, the two of the trimap (is background, is foreground), and the plain
        image (3).
    """
    height, width = trimap.shape
    known: np.ndarray = np.stack([trimap == 0, trimap == 255], axis=2).astype(np.float64)
    size = tuple(-(-side // DIVISOR) * DIVISOR for side in (width, height))
    image, known = (cv2.resize(x, size, interpolation=cv2.INTER_LANCZOS4) for x in (image, known))
    channels = [(image - MEAN) / STD, _fading(known), known, image]
    return np.concatenate(channels, axis=2).astype(np.float32).transpose(2, 0, 1)


def _fading(known: np.ndarray) -> np.ndarray:
    """exp(-d^2 / (2 s^2)) for each region and reach s; 0 where there is no such region."""
    channels = np.zeros((*known.shape[:2], 2 * len(REACHES)))
    for region in range(2):
        if known[..., region].any():
            # The region is where this is 0. What Lanczos leaves above 1 wraps round in 8 bits, and
            # is outside: so the weights were trained.
            outside = ((1 - known[..., region]) * 255).astype(np.int64).astype(np.uint8)
            distance = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            for number, reach in enumerate(REACHES):
                fading = np.exp(-(distance**2) / (2 * reach**2))
                channels[..., len(REACHES) * region + number] = fading
    return channels
