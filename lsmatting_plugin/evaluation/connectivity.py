"""Connectivity: the levels of all thresholds in one pass, and the degrees that follow from them.

The plain way labels the image anew at each of ten thresholds. Here pixels enter a forest of
disjoint sets (Tarjan, *Efficiency of a Good But Not Linear Set Union Algorithm*, JACM 1975) from
the highest threshold down, so that each is joined to its neighbours once, and the largest set is
known after every threshold. The forest keeps the threshold at which each of its edges arose. Two
pixels are connected down to the lowest threshold on the way between them, which one pass over the
image finds for all pixels.
"""

import numba
import numpy as np

NUM_STEPS = 10  # thresholds 0.1, 0.2 .. 1
UNSET = 255  # no level


def connected_level(reached: np.ndarray, skips_empty: bool) -> np.ndarray:
    """The highest threshold up to which each pixel stays in the largest connected region.

    Args:
        reached: The number of thresholds that the smaller of both alphas reaches, uint8 (H, W),
            0..10. Of regions of equal size, the one that begins first, row by row, is the largest.
        skips_empty: Whether a threshold that no pixel reaches ends no pixel's connection.

    Returns:
        The level (H, W), uint8, 0..10: ten times the threshold.
    """
    # A frame of pixels that reach nothing spares the question whether a neighbour exists; the last
    # column is also what lies left of the first.
    framed = np.pad(reached, ((1, 1), (0, 1)))
    level = _connected_level(framed.ravel(), framed.shape[1], skips_empty)
    return level.reshape(framed.shape)[1:-1, :-1]


def degree_differences(
    pred: np.ndarray, gt: np.ndarray, level: np.ndarray, is_unknown: np.ndarray
) -> np.ndarray:
    """|phi(pred) - phi(gt)| of each unknown pixel.

    ``phi(alpha) = 1 - d * [d >= 0.15]`` with ``d = alpha - level / 10``.

    Args:
        pred: Alpha (H, W), uint8 0..255 or float64 0..1.
        gt: Alpha (H, W), of the same kind.
        level: From :func:`connected_level`, uint8 (H, W).
        is_unknown: bool (H, W).

    Returns:
        The differences (number of unknown pixels,), float64.
    """
    if pred.dtype == np.uint8:
        # 8-bit alphas stay 0.25 / 255 away from any level + 0.15: rounding decides nothing.
        table = _distance(np.arange(256) / 255, np.arange(NUM_STEPS + 1)[:, None])
        return _table_differences(pred, gt, level, is_unknown, table)
    pred, gt, level = pred[is_unknown], gt[is_unknown], level[is_unknown]
    return np.abs(_distance(pred, level) - _distance(gt, level))


def _distance(alpha, level):
    """1 - phi."""
    distance = alpha - level * 0.1
    return distance * (distance >= 0.15)


@numba.njit(cache=True, nogil=True)
def _table_differences(pred, gt, level, is_unknown, table):
    differences = np.empty(np.count_nonzero(is_unknown), np.float64)
    position = 0
    for y in range(pred.shape[0]):
        for x in range(pred.shape[1]):
            if is_unknown[y, x]:
                of_level = table[level[y, x]]
                differences[position] = abs(of_level[pred[y, x]] - of_level[gt[y, x]])
                position += 1
    return differences


@numba.njit(cache=True, nogil=True)
def _connected_level(reached, stride, skips_empty):
    """The level of every pixel of a framed image, flat as it is."""
    parent = np.empty(reached.size, np.int32)  # in the forest
    joined_at = np.zeros(reached.size, np.uint8)  # the threshold at which it got its parent
    first_pixel, is_inside = _grow_forest(reached, stride, parent, joined_at)

    innermost = 0  # the last of the largest regions that lie inside one another from the first on
    while innermost < NUM_STEPS and first_pixel[innermost + 1] >= 0:
        if innermost > 0 and not is_inside[innermost + 1]:
            break
        innermost += 1
    if innermost < NUM_STEPS and skips_empty and first_pixel[innermost + 1] < 0:
        last_level = NUM_STEPS
    else:
        last_level = innermost

    level = np.full(reached.size, UNSET, np.uint8)
    if innermost > 0:  # from the innermost region to its root
        pixel, threshold = first_pixel[innermost], innermost
        while True:
            level[pixel] = threshold
            if joined_at[pixel] == 0:
                break
            threshold = min(threshold, joined_at[pixel])
            pixel = parent[pixel]
    for pixel in range(reached.size):
        if level[pixel] == UNSET:  # parents come before their children in the image
            level[pixel] = min(joined_at[pixel], level[parent[pixel]]) if joined_at[pixel] else 0
    if last_level != innermost:
        for pixel in range(reached.size):
            if level[pixel] == innermost:
                level[pixel] = last_level
    return level


@numba.njit(cache=True, nogil=True)
def _grow_forest(reached, stride, parent, joined_at):
    """Joins neighbours from the highest threshold down; fills ``parent`` and ``joined_at``.

    Returns:
        Of each threshold's largest region the first pixel, -1 where no pixel reaches it, and
        whether it lies in the largest region of the threshold below.
    """
    order, starts = _by_threshold(reached)
    # The way to a region's root, which is its first pixel; made shorter wherever it is gone. A root
    # has no parent, and its region's area in the parent's place.
    shortcut = np.empty(reached.size, np.int32)
    first_pixel = np.full(NUM_STEPS + 1, -1, np.int32)
    is_inside = np.zeros(NUM_STEPS + 1, np.bool_)
    largest, largest_area = -1, 0
    for k in range(NUM_STEPS, 0, -1):
        previous = root = -1
        for position in range(starts[k], starts[k + 1]):
            pixel = order[position]
            # Of the pixels of this threshold, those to the left and above are there already.
            if previous == pixel - 1 or reached[pixel - 1] > k:
                if previous != pixel - 1:
                    root = _root(shortcut, pixel - 1)
                shortcut[pixel] = parent[pixel] = root
                parent[root] += 1
                joined_at[pixel] = k
            else:
                root = shortcut[pixel] = pixel
                parent[pixel] = 1
            previous = pixel
            for neighbour, lowest in (
                (pixel - stride, k),
                (pixel + 1, k + 1),
                (pixel + stride, k + 1),
            ):
                if reached[neighbour] < lowest:
                    continue
                other = _root(shortcut, neighbour)
                if other == root:
                    continue
                root, child = min(root, other), max(root, other)
                parent[root] += parent[child]
                shortcut[child] = parent[child] = root
                joined_at[child] = k
            # Areas only grow: a region that was outgrown is seen here again before it is largest.
            area = parent[root]
            if area > largest_area or (area == largest_area and root < largest):
                largest, largest_area = root, area
        first_pixel[k] = largest
        if k < NUM_STEPS and first_pixel[k + 1] >= 0:
            is_inside[k + 1] = _root(shortcut, first_pixel[k + 1]) == largest
    return first_pixel, is_inside


@numba.njit(cache=True, nogil=True)
def _by_threshold(reached):
    """Pixels sorted by what they reach, and where each k starts: ``order[starts[k]]``."""
    starts = np.zeros(NUM_STEPS + 2, np.int64)
    for pixel in range(reached.size):
        starts[reached[pixel] + 1] += 1
    for k in range(NUM_STEPS + 1):
        starts[k + 1] += starts[k]
    order = np.empty(reached.size, np.int32)
    position = starts.copy()
    for pixel in range(reached.size):
        k = reached[pixel]
        order[position[k]] = pixel
        position[k] += 1
    return order, starts


@numba.njit(cache=True, nogil=True)
def _root(shortcut, pixel):
    while shortcut[pixel] != pixel:
        shortcut[pixel] = shortcut[shortcut[pixel]]
        pixel = shortcut[pixel]
    return pixel
