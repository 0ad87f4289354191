"""The light and shade of one picture on the colours of another."""

import cv2
import numpy as np

NEUTRAL = 110  # the grey level at which a colour stays as it is
AMBIENT = 0.4  # share of a colour that is seen where the light is none


def shade_like(colours: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Colours under the light of a picture.

    Args:
        colours (ndarray): float32 BGR (H, W, 3), 0..255.
        picture (ndarray): uint8 BGR (H, W, 3); its grey levels are the light.

    Returns:
        ndarray: uint8 BGR (H, W, 3).
    """
    light = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)[..., None] / NEUTRAL
    shaded = colours * (AMBIENT + (1 - AMBIENT) * light)
    return np.rint(np.clip(shaded, 0, 255)).astype(np.uint8)
