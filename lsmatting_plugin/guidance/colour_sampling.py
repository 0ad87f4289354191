"""Colours for each unknown pixel, found among those of the known pixels round the unknown region.

He et al., *A Global Sampling Method for Alpha Matting*, CVPR 2011: all known pixels at the border
of the unknown region are candidates, and of the millions of pairs of a foreground and a background
one, a random search in the manner of PatchMatch finds a good one for each pixel.
"""

from typing import NamedTuple

import cv2
import numba
import numpy as np

from ..masks import distance_to
from ..trimap import BG, FG, UNKNOWN

ITERATIONS = 5  # passes over the unknown pixels; more hardly change the mattes


class SampledColours(NamedTuple):
    """What the search found for each of the N unknown pixels, row by row.

    Attributes:
        alpha (ndarray): float32 (N,), 0..1: the share of the foreground colour in the pixel's.
        cost (ndarray): float32 (N,), at least 0: how badly the pair suits the pixel, see
            :func:`sample_colours`.
        distortion (ndarray): float32 (N,), 0..442: the part of it that is a distance of colours.
    """

    alpha: np.ndarray
    cost: np.ndarray
    distortion: np.ndarray


def sample_colours(
    image: np.ndarray, trimap: np.ndarray, iterations: int = ITERATIONS, seed: int = 0
) -> SampledColours:
    r"""For each unknown pixel a pair of known colours that explains its own.

    A pair (F, B) gives ``alpha = (I - B)(F - B) / |F - B|^2``, clipped to 0..1, and costs, as in
    the paper's section 3.1,

    .. math::
        |I - (\alpha F + (1 - \alpha) B)| + |x - x_F| / D_F + |x - x_B| / D_B,

    colours in 0..255, with the distances D_F and D_B of the pixel x from the nearest candidates.

    Args:
        image (ndarray): uint8 (H, W, 3); the order of the channels does not matter.
        trimap (ndarray): uint8 (H, W), 0, 128 and 255, each of them somewhere.
        iterations (int): Passes of the search over the unknown pixels.
        seed (int): Of its random numbers.

    Returns:
        SampledColours: For the unknown pixels, in the order of ``image[trimap == 128]``.

    Raises:
        ValueError: The trimap lacks one of its three regions.
    """
    for value, name in ((FG, 'foreground'), (BG, 'background'), (UNKNOWN, 'unknown region')):
        if not (trimap == value).any():
            raise ValueError(f'Colours cannot be sampled: the trimap has no {name}')
    image = image.astype(np.float32)
    is_unknown = trimap == UNKNOWN
    at_border = cv2.dilate(is_unknown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    (fgs, fg_places, to_fg), (bgs, bg_places, to_bg) = (
        _candidates(image, trimap == side, at_border) for side in (FG, BG)
    )
    reaches = 1 / np.stack([to_fg[is_unknown], to_bg[is_unknown]], axis=1)
    found = _search(
        image[is_unknown],
        np.argwhere(is_unknown).astype(np.float32),
        _neighbours(is_unknown),
        reaches,
        fgs,
        fg_places,
        bgs,
        bg_places,
        iterations,
        seed,
    )
    return SampledColours(*found)


def _candidates(
    image: np.ndarray, is_side: np.ndarray, at_border: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colours and places of a side's candidates, dark to bright, and each pixel's distance to it.

    The order makes neighbours in the list alike, among which the search narrows down.
    """
    is_candidate = is_side & at_border
    if not is_candidate.any():  # the side meets the unknown region nowhere
        is_candidate = is_side
    colours, places = image[is_candidate], np.argwhere(is_candidate).astype(np.float32)
    order = np.argsort(colours.sum(axis=1), kind='stable')
    return colours[order], places[order], np.maximum(distance_to(is_candidate), 1)


def _neighbours(mask: np.ndarray) -> np.ndarray:
    """Numbers (N, 4) of the mask's pixels above, below, left and right of each; -1 for none."""
    number = np.full((mask.shape[0] + 2, mask.shape[1] + 2), -1, np.int32)
    inner = number[1:-1, 1:-1]
    inner[mask] = np.arange(np.count_nonzero(mask), dtype=np.int32)
    sides = (number[:-2, 1:-1], number[2:, 1:-1], number[1:-1, :-2], number[1:-1, 2:])
    return np.stack([side[mask] for side in sides], axis=1)


@numba.njit(cache=True, nogil=True, fastmath=True, inline='always')
def _pair(i, f, b, colours, places, reaches, fgs, fg_places, bgs, bg_places):
    """Alpha, cost and distortion of foreground f and background b for pixel i."""
    product, square = np.float32(0), np.float32(1e-4)
    for c in range(3):
        difference = fgs[f, c] - bgs[b, c]
        product += (colours[i, c] - bgs[b, c]) * difference
        square += difference * difference
    alpha = min(max(product / square, np.float32(0)), np.float32(1))
    distortion = np.float32(0)
    for c in range(3):
        rest = colours[i, c] - alpha * fgs[f, c] - (np.float32(1) - alpha) * bgs[b, c]
        distortion += rest * rest
    distortion = np.sqrt(distortion)
    cost = distortion
    cost += reaches[i, 0] * np.sqrt(
        (fg_places[f, 0] - places[i, 0]) ** 2 + (fg_places[f, 1] - places[i, 1]) ** 2
    )
    cost += reaches[i, 1] * np.sqrt(
        (bg_places[b, 0] - places[i, 0]) ** 2 + (bg_places[b, 1] - places[i, 1]) ** 2
    )
    return alpha, cost, distortion


@numba.njit(cache=True, nogil=True, fastmath=True)
def _search(colours, places, neighbours, reaches, fgs, fg_places, bgs, bg_places, iterations, seed):
    np.random.seed(seed)
    count, num_fg, num_bg = len(places), len(fgs), len(bgs)
    best_fg = np.random.randint(0, num_fg, count)
    best_bg = np.random.randint(0, num_bg, count)
    alpha = np.empty(count, np.float32)
    cost = np.empty(count, np.float32)
    distortion = np.empty(count, np.float32)
    for i in range(count):
        alpha[i], cost[i], distortion[i] = _pair(
            i, best_fg[i], best_bg[i],
            colours, places, reaches, fgs, fg_places, bgs, bg_places,
        )  # fmt: skip
    num_rounds = int(np.log2(max(num_fg, num_bg))) + 1
    for iteration in range(iterations):
        for k in range(count):
            # Good pairs spread along the pass, whose direction turns each time.
            i = k if iteration % 2 == 0 else count - 1 - k
            reach = np.float32(1)
            for t in range(4 + num_rounds):
                if t < 4:  # the neighbours' pairs
                    if neighbours[i, t] < 0:
                        continue
                    f, b = best_fg[neighbours[i, t]], best_bg[neighbours[i, t]]
                else:  # random ones round the best so far, nearer and nearer
                    f = best_fg[i] + int(reach * num_fg * (2 * np.random.random() - 1))
                    b = best_bg[i] + int(reach * num_bg * (2 * np.random.random() - 1))
                    f, b = min(max(f, 0), num_fg - 1), min(max(b, 0), num_bg - 1)
                    reach *= np.float32(0.5)
                a, c, d = _pair(i, f, b, colours, places, reaches, fgs, fg_places, bgs, bg_places)
                if c < cost[i]:
                    best_fg[i], best_bg[i] = f, b
                    alpha[i], cost[i], distortion[i] = a, c, d
    return alpha, cost, distortion
