"""Jacobi sweeps of the foreground solver, several at a time over cache-sized tiles."""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

# A tile and its halo keep six float32 planes, about 400 KB, in a core's second-level cache while
# several sweeps pass over them. Each sweep consumes one pixel of the halo on every side.
TILE_HEIGHT = 64
TILE_WIDTH = 192
SWEEPS_PER_PASS = 8
ONE = np.float32(1)  # a plain 1 would make the arithmetic double


def sweep(
    colours: np.ndarray,
    image: np.ndarray,
    alpha: np.ndarray,
    kappa: float,
    iterations: int,
    pool: ThreadPoolExecutor,
    num_threads: int,
) -> np.ndarray:
    """Jacobi sweeps F <- (a I + k sum_n (q + q_n) F_n) / (a^2 + 4 k q + k sum_n q_n).

    Args:
        colours (ndarray): Start F, float32 (3, H, W), 0..1; overwritten.
        image (ndarray): I, float32 (3, H, W).
        alpha (ndarray): a, float32 (H, W), 0..1.
        kappa (float): k.
        iterations (int): Number of sweeps.
        pool (ThreadPoolExecutor): Does the tiles; the result does not depend on its size.
        num_threads (int): Into how many parts the tiles are dealt.

    Returns:
        ndarray: F after the sweeps, float32 (3, H, W).
    """
    height, width = alpha.shape
    num_tiles = -(-height // TILE_HEIGHT) * -(-width // TILE_WIDTH)
    other = np.empty_like(colours)
    while iterations > 0:
        count = min(SWEEPS_PER_PASS, iterations)

        def part(first: int, source=colours, target=other, count=count) -> None:
            _sweep_tiles(source, target, image, alpha, np.float32(kappa), count, first, num_threads)

        list(pool.map(part, range(min(num_threads, num_tiles))))
        colours, other = other, colours
        iterations -= count
    return colours


@numba.njit(inline='always')
def _reflect(position: int, length: int) -> int:
    """Index in 0..length-1 of a position that may lie outside, the border not repeated."""
    if length == 1:
        return 0
    period = 2 * (length - 1)
    position = position % period
    return min(position, period - position)


@numba.njit(inline='always')
def _load(plane, target, top, left):
    """Copies a tile and its halo; the plane goes on by reflection."""
    height, width = plane.shape
    first = max(0, -left)
    last = min(target.shape[1], width - left)
    for y in range(target.shape[0]):
        row = plane[_reflect(top + y, height)]
        out = target[y]
        out[first:last] = row[left + first : left + last]
        for x in range(first):
            out[x] = row[_reflect(left + x, width)]
        for x in range(last, out.size):
            out[x] = row[_reflect(left + x, width)]


@numba.njit(nogil=True, fastmath=True, cache=True)
def _sweep_tiles(source, target, image, alpha, kappa, count, first, step):
    """``count`` sweeps over every ``step``-th tile, beginning with tile ``first``."""
    height, width = alpha.shape
    rows, columns = TILE_HEIGHT + 2 * count, TILE_WIDTH + 2 * count
    scratch = np.empty((8, rows * columns), np.float32)
    num_columns = (width + TILE_WIDTH - 1) // TILE_WIDTH
    num_tiles = (height + TILE_HEIGHT - 1) // TILE_HEIGHT * num_columns
    for tile in range(first, num_tiles, step):
        top, left = tile // num_columns * TILE_HEIGHT, tile % num_columns * TILE_WIDTH
        bottom, right = min(top + TILE_HEIGHT, height), min(left + TILE_WIDTH, width)

        around = alpha[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1]
        if _is_opaque(around):
            # Where alpha and its neighbours are 1, F = I whatever F was.
            target[:, top:bottom, left:right] = image[:, top:bottom, left:right]
            continue

        h, w = bottom - top + 2 * count, right - left + 2 * count
        a = scratch[0][: h * w].reshape(h, w)
        q = scratch[1][: h * w].reshape(h, w)
        down = scratch[2][: h * w].reshape(h, w)  # k (q + q_n) towards the pixel below
        across = scratch[3][: h * w].reshape(h, w)  # the same towards the pixel on the right
        inverse = scratch[4][: h * w].reshape(h, w)  # of the denominator
        constant = scratch[5][: h * w].reshape(h, w)  # a I / denominator
        f = scratch[6][: h * w].reshape(h, w)
        g = scratch[7][: h * w].reshape(h, w)

        _load(alpha, a, top - count, left - count)
        _coefficients(a, q, down, across, inverse, kappa)
        for channel in range(3):
            _load(image[channel], constant, top - count, left - count)
            _load(source[channel], f, top - count, left - count)
            for y in range(h):
                c, s = constant[y], a[y]
                for x in range(w):
                    c[x] *= s[x]
            for n in range(1, count + 1):
                for y in range(n, h - n):
                    _sweep_row(f, g, constant, down, across, inverse, y, n, w - n)
                f, g = g, f
            target[channel, top:bottom, left:right] = f[count : h - count, count : w - count]


@numba.njit(inline='always')
def _is_opaque(alpha) -> bool:
    for row in alpha:
        for value in row:
            if value != 1:
                return False
    return True


@numba.njit(inline='always')
def _coefficients(a, q, down, across, inverse, kappa):
    """Weights of a tile's neighbours; overwrites alpha with a / denominator."""
    h, w = a.shape
    for y in range(h):
        for x in range(w):
            q[y, x] = kappa * (ONE - a[y, x]) * (ONE - a[y, x])
            down[y, x] = 0
            across[y, x] = 0
            inverse[y, x] = 0
    for y in range(h - 1):
        for x in range(w):
            down[y, x] = q[y, x] + q[y + 1, x]
    for y in range(h):
        for x in range(w - 1):
            across[y, x] = q[y, x] + q[y, x + 1]
    for y in range(1, h - 1):
        for x in range(1, w - 1):
            weights = down[y - 1, x] + down[y, x] + across[y, x - 1] + across[y, x]
            inverse[y, x] = ONE / (a[y, x] * a[y, x] + weights)
    for y in range(h):
        for x in range(w):
            a[y, x] *= inverse[y, x]


@numba.njit(inline='always')
def _sweep_row(f, g, constant, down, across, inverse, y, begin, end):
    """One sweep of one row, columns begin..end-1, from f into g."""
    out = g[y, begin:end]
    above, below = f[y - 1, begin:end], f[y + 1, begin:end]
    before, after = f[y, begin - 1 : end - 1], f[y, begin + 1 : end + 1]
    c, i = constant[y, begin:end], inverse[y, begin:end]
    up, dn = down[y - 1, begin:end], down[y, begin:end]
    lt, rt = across[y, begin - 1 : end - 1], across[y, begin:end]
    for x in range(out.size):
        neighbours = up[x] * above[x] + dn[x] * below[x] + lt[x] * before[x] + rt[x] * after[x]
        out[x] = c[x] + i[x] * neighbours
