"""Foreground re-estimation, slow and obvious: one pixel at a time in double precision, 5.4.

Takes valid inputs only: fg (H, W, 3) and alpha (H, W), both uint8.
"""

import math

import numpy as np


def reestimate_foreground(fg, alpha, kappa=1.0, num_scales=6, base_iterations=20):
    """uint8 (H, W, 3)."""
    full_matte = alpha[..., None] / 255
    full_image = full_matte * fg / 255
    colours = fg / 255
    height, width = alpha.shape
    for scale in range(num_scales - 1, -1, -1):
        h, w = height // 2**scale, width // 2**scale
        if h == 0 or w == 0:
            continue
        matte, image = (resized(full, h, w) for full in (full_matte, full_image))
        colours = resized(colours, h, w)
        for _ in range(base_iterations * 2**scale):
            colours = swept(colours, image, matte, kappa)
    return np.array(np.clip(colours, 0, 1) * 255, dtype=np.uint8)


def swept(colours, image, matte, kappa):
    """One Jacobi sweep: F <- (a I + k sum (q + q_n) F_n) / (a^2 + 4 k q + k sum q_n)."""
    height, width = colours.shape[:2]
    after = np.empty_like(colours)
    for y in range(height):
        for x in range(width):
            a = matte[y, x, 0]
            q = (1 - a) ** 2
            numerator = a * image[y, x]
            denominator = a**2 + 4 * kappa * q
            for neighbour in neighbours(y, x, height, width):
                q_n = (1 - matte[neighbour][0]) ** 2
                numerator = numerator + kappa * (q + q_n) * colours[neighbour]
                denominator += kappa * q_n
            after[y, x] = numerator / denominator
    return after


def neighbours(y, x, height, width):
    """Positions above, below, left and right, reflected about the border pixel's centre."""
    return [
        (reflected(y - 1, height), x),
        (reflected(y + 1, height), x),
        (y, reflected(x - 1, width)),
        (y, reflected(x + 1, width)),
    ]


def reflected(position, length):
    if length == 1:
        return 0
    if position < 0:
        return 1
    return length - 2 if position == length else position


def resized(image, height, width):
    """Bilinear between the two nearest pixel centres per axis, without smoothing (INTER_LINEAR)."""
    result = np.empty((height, width, image.shape[2]))
    for y in range(height):
        for x in range(width):
            result[y, x] = sum(
                weight_y * weight_x * image[row, column]
                for row, weight_y in taps(y, height, image.shape[0])
                for column, weight_x in taps(x, width, image.shape[1])
            )
    return result


def taps(position, length, source_length):
    """Two (source position, weight) for a position of the resized axis."""
    centre = (position + 0.5) * source_length / length - 0.5
    first = math.floor(centre)
    weight = centre - first
    last = source_length - 1
    return [(min(max(first, 0), last), 1 - weight), (min(max(first + 1, 0), last), weight)]
