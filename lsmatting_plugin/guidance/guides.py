"""The guides by their names."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np

from ..trimap import BG, FG, UNKNOWN
from .classical import CLASSICAL_METHODS, MARGIN, MIN_SIDE_OF_OTHERS, estimate_alpha, view_of
from .push_pull import push_pull_alpha
from .sampled_closed_form import solve_sampled_closed_form

DISTORTION_SCALE = 20  # of 255 grey levels
# More unknown pixels than these are guided at a smaller size, as the equations' cost grows faster;
# and larger windows round them, as each pixel takes 400 bytes.
MAX_UNKNOWN, MAX_WINDOW = 400_000, 6_000_000


class Guide(NamedTuple):
    """A guide.

    Attributes:
        num_channels (int): How many images it gives the network; alpha is the first.
        draw (Callable): uint8 image (H, W, 3) and trimap (H, W), in which all three values occur,
            -> float32 (H, W, num_channels), 0..1.
    """

    num_channels: int
    draw: Callable[[np.ndarray, np.ndarray], np.ndarray]


def make_guide(name: str, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """What a guide says of an image.

    Args:
        name (str): One of ``GUIDES``.
        image (ndarray): uint8 BGR (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0, 128 and 255.

    Returns:
        ndarray: float32 (H, W, C), 0..255. The first channel is an alpha, exact where the trimap
        is known; where there is nothing to go by (all or nothing unknown), the trimap itself.

    Raises:
        ValueError: There is no such guide.
    """
    if name not in GUIDES:
        raise ValueError(f'The guide must be one of {list(GUIDES)}, not {name!r}')
    num_channels, draw = GUIDES[name]
    guide = np.repeat(trimap[..., None].astype(np.float32), num_channels, axis=2)
    is_unknown = trimap == UNKNOWN
    num_unknown = np.count_nonzero(is_unknown)
    if num_unknown in (0, trimap.size):
        return guide
    view = view_of(image, trimap, MARGIN, MIN_SIDE_OF_OTHERS)
    part = is_unknown[view.window]
    height, width = part.shape
    if view.is_settled:
        guide[view.window][part, 0] = view.trimap[:height, :width][part]
    else:
        share = min(MAX_UNKNOWN / num_unknown, MAX_WINDOW / part.size)
        drawn = _at_most(share, draw, view.image, view.trimap)
        guide[view.window][part] = 255 * drawn[:height, :width][part]
    return guide


def _at_most(share: float, draw: Callable, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """The guide of the image, or of one with this share of its pixels, enlarged."""
    if share >= 1:
        return draw(image, trimap)
    size = [max(round(side * share**0.5), 1) for side in trimap.shape[::-1]]
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small_trimap = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
    for side in (BG, FG):
        if not (small_trimap == side).any():  # it was a few pixels, between those that were kept
            is_side = (trimap == side).astype(np.float32)
            share_of_side = cv2.resize(is_side, size, interpolation=cv2.INTER_AREA)
            small_trimap[share_of_side == share_of_side.max()] = side
    drawn = draw(small, small_trimap)
    enlarged = cv2.resize(drawn, trimap.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return enlarged.reshape(*trimap.shape, -1)


def _alpha_by(method: str, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    return estimate_alpha(image, trimap, method)[..., None]


def _sampling(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """Alpha, the alpha that sampled colours imply, and how well these explain the pixel."""
    alpha, sampled = solve_sampled_closed_form(image, trimap)
    is_unknown = trimap == UNKNOWN
    drawn = np.repeat((trimap == FG)[..., None].astype(np.float32), 3, axis=2)
    fit = np.exp(-sampled.distortion / DISTORTION_SCALE)
    drawn[is_unknown] = np.stack([alpha, sampled.alpha, fit], axis=1)
    return drawn


def _push_pull(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    return push_pull_alpha(image, trimap)[..., None]


GUIDES = {
    'sampling': Guide(3, _sampling),
    'push-pull': Guide(1, _push_pull),
    **{method: Guide(1, partial(_alpha_by, method)) for method in CLASSICAL_METHODS},
}
