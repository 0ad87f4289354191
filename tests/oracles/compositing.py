"""Composites as Adobe's script makes them: pixel by pixel, in Python's own numbers."""

import math

import numpy as np
from PIL import Image


def adobe(fg, alpha, bg):
    """RGB (H, W, 3), (H, W), RGB (h, w, 3), all uint8."""
    height, width = alpha.shape
    bg_height, bg_width = bg.shape[:2]
    ratio = max(width / float(bg_width), height / float(bg_height))
    image = Image.fromarray(bg)
    if ratio > 1:
        size = (math.ceil(bg_width * ratio), math.ceil(bg_height * ratio))
        image = image.resize(size, Image.BICUBIC)
    image = image.crop((0, 0, width, height)).load()
    merged = np.zeros_like(fg)
    for y in range(height):
        for x in range(width):
            a = int(alpha[y, x]) / 255
            for c in range(3):
                merged[y, x, c] = int(a * int(fg[y, x, c]) + (1 - a) * image[x, y][c])
    return merged
