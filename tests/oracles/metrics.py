"""The four matting errors, slow and obvious: one pixel at a time, straight from DESIGN.md 5.7.

Takes valid inputs only: alphas (H, W) uint8 or float 0..1, trimap (H, W) uint8.
"""

import math
from collections import deque

import numpy as np


def sad(pred_alpha, gt_alpha, trimap, protocol):
    pred, gt = to_floats(pred_alpha, protocol), to_floats(gt_alpha, protocol)
    total = 0.0
    for y, x in np.ndindex(trimap.shape):
        if protocol == 'lsa' or is_unknown(trimap[y, x]):
            total += abs(pred[y][x] - gt[y][x])
    return total / 1000


def mse(pred_alpha, gt_alpha, trimap, protocol):
    pred, gt = to_floats(pred_alpha, protocol), to_floats(gt_alpha, protocol)
    total, count = 0.0, 0
    for y, x in np.ndindex(trimap.shape):
        if protocol == 'lsa' or is_unknown(trimap[y, x]):
            total += (pred[y][x] - gt[y][x]) ** 2
        count += is_unknown(trimap[y, x])
    return total / count if count else 0.0


def gradient_error(pred_alpha, gt_alpha, trimap, protocol):
    pred, gt = to_floats(pred_alpha, protocol), to_floats(gt_alpha, protocol)
    if protocol == 'dim':
        pred, gt = stretched(pred), stretched(gt)
    kernel = gaussian_x_derivative(1.4, half_size=4 if protocol == 'dim' else 3)
    total = 0.0
    for y, x in np.ndindex(trimap.shape):
        if is_unknown(trimap[y, x]):
            total += (gradient_length(pred, y, x, kernel) - gradient_length(gt, y, x, kernel)) ** 2
    return total / 1000


def connectivity_error(pred_alpha, gt_alpha, trimap, protocol):
    pred, gt = to_floats(pred_alpha, protocol), to_floats(gt_alpha, protocol)
    height, width = trimap.shape
    level = {(y, x): None for y in range(height) for x in range(width)}
    for k in range(1, 11):
        reached = {
            (y, x)
            for y, x in level
            if reaches(pred[y][x], k, protocol) and reaches(gt[y][x], k, protocol)
        }
        if not reached and protocol == 'lsa':
            continue
        largest = largest_component(reached, column_by_column=protocol == 'dim')
        for pixel in level:
            if level[pixel] is None and pixel not in largest:
                level[pixel] = (k - 1) / 10
    total = 0.0
    for (y, x), pixel_level in level.items():
        if is_unknown(trimap[y, x]):
            pixel_level = 1.0 if pixel_level is None else pixel_level
            total += abs(phi(pred[y][x] - pixel_level) - phi(gt[y][x] - pixel_level))
    return total / 1000


def is_unknown(trimap_value):
    return trimap_value not in (0, 255)


def to_floats(alpha, protocol):
    """Nested lists of Python floats 0..1."""
    if alpha.dtype == np.uint8:
        return [[int(value) / 255 for value in row] for row in alpha]
    rows = [[float(value) for value in row] for row in alpha]
    if protocol == 'dim':
        rows = [[round(value * 255) / 255 for value in row] for row in rows]
    return rows


def stretched(rows):
    low, high = min(map(min, rows)), max(map(max, rows))
    if low == high:
        return rows
    return [[(value - low) / (high - low) for value in row] for row in rows]


def gaussian_x_derivative(sigma, half_size):
    """{(dy, dx): weight} with unit L2 norm, rising where the image rises to the right."""

    def gauss(x):
        return math.exp(-(x**2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))

    offsets = range(-half_size, half_size + 1)
    kernel = {(dy, dx): gauss(dy) * -dx * gauss(dx) / sigma**2 for dy in offsets for dx in offsets}
    norm = math.sqrt(sum(weight**2 for weight in kernel.values()))
    return {offset: weight / norm for offset, weight in kernel.items()}


def gradient_length(rows, y, x, kernel):
    """The true convolution: sum of kernel(offset) * image(position - offset)."""
    grad_x = grad_y = 0.0
    for (dy, dx), weight in kernel.items():
        grad_x += weight * nearest_pixel(rows, y - dy, x - dx)
        grad_y += weight * nearest_pixel(rows, y - dx, x - dy)
    return math.sqrt(grad_x**2 + grad_y**2)


def nearest_pixel(rows, y, x):
    return rows[min(max(y, 0), len(rows) - 1)][min(max(x, 0), len(rows[0]) - 1)]


def reaches(value, k, protocol):
    """MATLAB compares in single precision; the LSA repository computes k * 0.1 in double."""
    if protocol == 'dim':
        return bool(np.float32(value) >= np.float32(k / 10))
    return value >= k * 0.1


def largest_component(pixels, column_by_column):
    """The largest 4-connected set; of equal ones, that whose first pixel is scanned first."""
    remaining = set(pixels)
    largest = set()
    for start in sorted(pixels, key=lambda p: (p[1], p[0]) if column_by_column else p):
        component = set()
        queue = deque([start] if start in remaining else [])
        remaining.discard(start)
        while queue:
            y, x = queue.popleft()
            component.add((y, x))
            for neighbour in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if neighbour in remaining:
                    remaining.remove(neighbour)
                    queue.append(neighbour)
        if len(component) > len(largest):
            largest = component
    return largest


def phi(distance):
    return 1 - distance if distance >= 0.15 else 1.0
