"""Trimaps: made for a training alpha, and made of three values when they come from files."""

import cv2
import numpy as np

from ...registry import TRANSFORMS
from ...trimap import UNKNOWN, snap_trimap
from .base import RandomTransform, Transform, as_range
from .proximity import FAR, distance_in_row, is_within
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
            euclidean distances in whole pixels, 0..254, both bounds included.

    Raises:
        ValueError: If a bound is out of range or the bounds are in the wrong order.
    """

    def __init__(self, distance_range: tuple[int, int] = (1, 24)) -> None:
        self.distance_range = as_range('distance_range', distance_range, 0, int(FAR) - 1)

    def transform(self, results: dict) -> dict:
        """Draw the two distances and mark the three regions."""
        d_in, d_out = generator(results).integers(*self.distance_range, size=2, endpoint=True)
        alpha = results['alpha']
        is_fg = alpha == 255
        is_bg = ~is_fg
        is_soft = (alpha > 0) & is_bg
        if is_soft.any():
            to_edge_in = to_edge_out = distance_in_row(is_soft)
        else:  # a hard mask's edge is where the other side begins
            to_edge_in, to_edge_out = distance_in_row(is_bg), distance_in_row(is_fg)
        is_unknown = is_fg & is_within(to_edge_in, d_in) | is_bg & is_within(to_edge_out, d_out)
        results['trimap'] = np.where(is_unknown, np.uint8(128), is_fg * np.uint8(255))
        return results


@TRANSFORMS.register_module()
class RandomUnknownStrokes(RandomTransform):
    """Paint over a trimap with a broad brush, as people do where they are unsure.

    Strokes begin at random unknown pixels and hide what they cross,
    known parts of the object included.

    Required keys: ``trimap`` (uint8, (H, W)). Modified keys: the same.

    Args:
        prob (float): Probability of painting, 0..1.
        num_strokes (tuple[int, int]): Range of their number.
        width (tuple[int, int]): Range of the brush's width, pixels.

    Raises:
        ValueError: An argument is out of range.
    """

    def __init__(
        self,
        prob: float = 0.3,
        num_strokes: tuple[int, int] = (1, 5),
        width: tuple[int, int] = (5, 50),
    ) -> None:
        super().__init__(prob)
        self.num_strokes = as_range('num_strokes', num_strokes, minimum=1)
        self.width = as_range('width', width, minimum=1)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        trimap = results['trimap'].copy()
        starts = np.argwhere(trimap == UNKNOWN)[:, ::-1]
        if not len(starts):
            return
        for _ in range(rng.integers(*self.num_strokes, endpoint=True)):
            turns = np.cumsum(rng.normal(0, 0.15 * max(trimap.shape), (4, 2)), axis=0)
            points = starts[rng.integers(len(starts))] + turns - turns[0]
            width = int(rng.integers(*self.width, endpoint=True))
            cv2.polylines(trimap, [np.rint(points).astype(np.int32)], False, UNKNOWN, width)
        results['trimap'] = trimap


@TRANSFORMS.register_module()
class SnapTrimap(Transform):
    """Give a trimap from a file the three values that network and metrics know.

    Below 50 it becomes 0, above 200 it becomes 255, between them 128. Trimaps that hold just these
    three stay as they are.

    Required keys: ``trimap``. Modified keys: the same, and ``ori_trimap`` where present.

    Source: the paper's released test code (section 5.5), :func:`.snap_trimap`.

    Args:
        strict (bool): Takes nothing but 0 and 255 as known.
    """

    def __init__(self, strict: bool = False) -> None:
        self.strict = strict

    def transform(self, results: dict) -> dict:
        """Snap the trimap, and the copy that the metrics use."""
        for key in ('trimap', 'ori_trimap'):
            if key in results:
                results[key] = snap_trimap(results[key], self.strict).trimap
        return results
