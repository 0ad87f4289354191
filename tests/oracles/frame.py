"""The frame round an image before the network sees it, by numpy's own padding."""

import numpy as np


def framed(image, divisor, reflected, zeros, zero=0):
    """Frames the last two axes of an array; the outermost margin holds ``zero``."""
    height, width = image.shape[-2:]
    image = pad(image, (0, -height % divisor), (0, -width % divisor), mode='reflect')
    image = pad(image, (reflected, reflected), (reflected, reflected), mode='reflect')
    return pad(image, (zeros, zeros), (zeros, zeros), constant_values=zero)


def pad(image, rows, columns, **mode):
    return np.pad(image, [(0, 0)] * (image.ndim - 2) + [rows, columns], **mode)
