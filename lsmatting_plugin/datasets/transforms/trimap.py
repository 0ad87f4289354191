"""The trimap that goes with a training alpha."""

import cv2
import numpy as np

from ...registry import TRANSFORMS
from .base import Transform, as_range
from .randomness import generator


@TRANSFORMS.register_module()
class GenerateTrimap(Transform):
    """Mark as unknown the soft pixels of an alpha matte and all that lies close to them.

    Unknown is what has a soft pixel, 0 < alpha < 255, within d_in where alpha is 255, or within
    d_out elsewhere. Of the rest, 255 is foreground and 0 background.

    By this rule a hard mask, without any soft pixel, would have no unknown region, and nothing to
    learn from. There the distance is that to the nearest pixel of the other side, so the unknown
    region follows the edge of the mask. An alpha that is 0 everywhere, or 255 everywhere, has no
    edge and no unknown pixel.

    Required keys: ``alpha`` (uint8, (H, W)). Added keys: ``trimap`` (uint8, (H, W): 0, 128, 255).

    Source: the paper's recipe, training pipeline.

    Args:
        distance_range (tuple[int, int]): d_in and d_out are drawn from it, each on its own:
            euclidean distances in whole pixels, both bounds included.

    Raises:
        ValueError: If a bound is negative or the bounds are in the wrong order.
    """

    def __init__(self, distance_range: tuple[int, int] = (1, 24)) -> None:
        self.distance_range = as_range('distance_range', distance_range, minimum=0)

    def transform(self, results: dict) -> dict:
        """Draw the two distances and mark the three regions."""
        d_in, d_out = generator(results).integers(*self.distance_range, size=2, endpoint=True)
        alpha = results['alpha']
        is_fg = alpha == 255
        is_unknown = _distance_to_edge(alpha, is_fg) <= np.where(is_fg, d_in, d_out)
        trimap = np.where(is_fg, np.uint8(255), np.uint8(0))
        trimap[is_unknown] = 128
        results['trimap'] = trimap
        return results


def _distance_to_edge(alpha: np.ndarray, is_fg: np.ndarray) -> np.ndarray:
    """Distance to the nearest soft pixel or, in a hard mask, to the other side."""
    is_soft = (alpha > 0) & ~is_fg
    if is_soft.any():
        return _distance_to(is_soft)
    return np.where(is_fg, _distance_to(~is_fg), _distance_to(is_fg))


def _distance_to(is_target: np.ndarray) -> np.ndarray:
    """Exact euclidean distance of each pixel to the nearest target; huge if there is none."""
    return cv2.distanceTransform((~is_target).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
