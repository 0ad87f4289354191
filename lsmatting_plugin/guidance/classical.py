"""Matting without a network: pymatting's estimators of alpha, and one of our own."""

from typing import NamedTuple

import cv2
import numpy as np

from ..masks import window_round
from ..silence import without_attempts
from ..trimap import BG, FG, UNKNOWN

# Names of methods, and pymatting's functions for them.
PYMATTING = {
    'closed-form': 'estimate_alpha_cf',
    'knn': 'estimate_alpha_knn',
    'learning-based': 'estimate_alpha_lbdm',
    'large-kernel': 'estimate_alpha_lkm',
    'random-walk': 'estimate_alpha_rw',
}
# Those whose equations join pixels at most 2 apart.
LOCAL_METHODS = ('closed-form', 'learning-based', 'random-walk')
SAMPLED = 'sampled-closed-form'
CLASSICAL_METHODS = (*PYMATTING, SAMPLED)
# Pixels; the estimators compare colours within windows, those of 'large-kernel' 21 pixels wide.
MIN_SIDE = {'large-kernel': 41}
MIN_SIDE_OF_OTHERS = 5
MARGIN = 32  # pixels
# Where a trimap has no sure foreground (or background), this share of its unknown pixels, those
# whose colours are least like the other side's, are taken for it.
SEED_SHARE = 0.05


def estimate_alpha(
    image: np.ndarray, trimap: np.ndarray, method: str = 'closed-form', margin: int | None = MARGIN
) -> np.ndarray:
    """The matte by one of pymatting's estimators, or by :func:`.solve_sampled_closed_form`.

    Args:
        image (ndarray): uint8 BGR (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0, 128 and 255.
        method (str): One of ``CLASSICAL_METHODS``.
        margin (int, optional): Known pixels round the unknown region that the estimator sees; it is
            the faster the fewer. None shows it the whole image.

    Returns:
        ndarray: float32 (H, W), 0..1, exact where the trimap is known.

    Raises:
        ValueError: There is no such method, or nothing is known.
    """
    if method not in CLASSICAL_METHODS:
        raise ValueError(f'method must be one of {list(CLASSICAL_METHODS)}, not {method!r}')
    alpha = (trimap == FG).astype(np.float32)
    is_unknown = trimap == UNKNOWN
    if not is_unknown.any():
        return alpha
    if is_unknown.all():
        raise ValueError(f'{method} needs a trimap in which some foreground or background is known')
    margin = max(trimap.shape) if margin is None else margin
    view = view_of(image, trimap, margin, MIN_SIDE.get(method, MIN_SIDE_OF_OTHERS))
    part = is_unknown[view.window]
    if view.is_settled:
        estimated = (view.trimap == FG).astype(np.float32)
    elif method == SAMPLED:
        estimated = _sampled(view.image, view.trimap)
    else:
        estimated = _pymattings(method, view.image, view.trimap)
    height, width = part.shape
    alpha[view.window][part] = np.clip(estimated[:height, :width], 0, 1)[part]
    return alpha


def _pymattings(method: str, image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    if method in LOCAL_METHODS:
        within_reach = cv2.dilate((trimap == UNKNOWN).astype(np.uint8), np.ones((5, 5), np.uint8))
        if not within_reach[trimap == FG].any():  # alpha is 0; pymatting's solver would not end
            return np.zeros(trimap.shape)
    # pymatting compiles on its first import, which costs seconds once and half a second ever after.
    import pymatting

    # It knows alpha where the trimap is 0 and 1, in float64.
    with without_attempts(), np.errstate(divide='ignore', invalid='ignore'):
        return getattr(pymatting, PYMATTING[method])(image[..., ::-1] / 255, trimap / 255)


def _sampled(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    from .sampled_closed_form import solve_sampled_closed_form  # as pymatting: it is slow

    alpha = (trimap == FG).astype(np.float32)
    alpha[trimap == UNKNOWN] = solve_sampled_closed_form(image, trimap).alpha
    return alpha


class View(NamedTuple):
    """What a method is shown of an image.

    Attributes:
        window (tuple[slice, slice]): Rows and columns of the image, from its upper left corner on.
        image (ndarray): uint8 (h, w, 3), at least as large as the window.
        trimap (ndarray): uint8 (h, w); both sides are known somewhere.
    """

    window: tuple[slice, slice]
    image: np.ndarray
    trimap: np.ndarray

    @property
    def is_settled(self) -> bool:
        """Whether nothing is unknown: all that was had colours equally unlike the known ones."""
        return not (self.trimap == UNKNOWN).any()


def view_of(image: np.ndarray, trimap: np.ndarray, margin: int, min_side: int) -> View:
    """The surroundings of what is unknown, prepared for a method.

    Args:
        image (ndarray): uint8 (H, W, 3).
        trimap (ndarray): uint8 (H, W), 0, 128 and 255; something is unknown.
        margin (int): Known pixels round the unknown region, see :func:`window_to_see`.
        min_side (int): The method's smallest picture, pixels; smaller ones are continued.

    Raises:
        ValueError: Nothing is known.
    """
    window = window_to_see(trimap, margin)
    seeded = with_both_sides(image[window], trimap[window])
    return View(window, at_least(image[window], min_side), at_least(seeded, min_side))


def window_to_see(trimap: np.ndarray, margin: int) -> tuple[slice, slice]:
    """Rows and columns round the unknown region from which methods take what is known.

    The margin is doubled until the window shows each side, background and foreground, that the
    trimap has: what lies outside would be taken for missing.
    """
    sides = [side for side in (BG, FG) if (trimap == side).any()]
    while True:
        window = window_round(trimap == UNKNOWN, margin)
        shown = trimap[window]
        if shown.shape == trimap.shape or all((shown == side).any() for side in sides):
            return window
        margin = 2 * max(margin, 1)


def at_least(x: np.ndarray, side: int) -> np.ndarray:
    """The image, its last row and column repeated where it is smaller."""
    lack = [(0, max(side - length, 0)) for length in x.shape[:2]]
    return np.pad(x, lack + [(0, 0)] * (x.ndim - 2), mode='edge')


def with_both_sides(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """The trimap, with seeds of the foreground or the background where it has none."""
    missing = [side for side in (FG, BG) if not (trimap == side).any()]
    if not missing:
        return trimap
    is_unknown = trimap == UNKNOWN
    if len(missing) == 2:
        raise ValueError('Round the unknown region nothing is known; mark some of it in the trimap')
    seeded = trimap.copy()
    known = image[~is_unknown].astype(np.float32)
    # Mahalanobis distance of each unknown colour from the known ones.
    centred = image[is_unknown] - known.mean(axis=0)
    spread = 4 * np.eye(3)
    if len(known) > 1:
        spread += np.cov(known, rowvar=False)
    distance = (centred @ np.linalg.inv(spread) * centred).sum(axis=1)
    values = seeded[is_unknown]
    values[distance >= np.quantile(distance, 1 - SEED_SHARE)] = missing[0]
    seeded[is_unknown] = values
    return seeded
