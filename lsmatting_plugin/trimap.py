"""Trimaps: what their values mean, and how they are made.

One rule holds wherever one is snapped to three values: below ``BG_BELOW`` is background, above
``FG_ABOVE`` foreground, the rest unknown (the paper's own thresholds, section 5.5). So a trimap
that went through JPEG, was resized or drawn with soft brushes means what its painter meant.
"""

from typing import NamedTuple

import cv2
import numpy as np

from .masks import distance_to

BG, UNKNOWN, FG = 0, 128, 255
BG_BELOW, FG_ABOVE = 50, 200
NEARLY = 0.05


class SnappedTrimap(NamedTuple):
    """A trimap of three values.

    Attributes:
        trimap (ndarray): uint8 (H, W), 0 background, 128 unknown, 255 foreground.
        num_snapped (int): Pixels that were near background or foreground and count as it now.
    """

    trimap: np.ndarray
    num_snapped: int


def snap_trimap(trimap: np.ndarray, strict: bool = False) -> SnappedTrimap:
    """A trimap with the three values that the rest of the project works with.

    Args:
        trimap (ndarray): uint8 (H, W), any values.
        strict (bool): Takes nothing but 0 and 255 as known.

    Returns:
        SnappedTrimap: The trimap, a new array.
    """
    if strict:
        is_bg, is_fg = trimap == 0, trimap == 255
    else:
        is_bg, is_fg = trimap < BG_BELOW, trimap > FG_ABOVE
    snapped = np.full_like(trimap, UNKNOWN)
    snapped[is_bg], snapped[is_fg] = BG, FG
    num_snapped = np.count_nonzero((is_bg & (trimap != BG)) | (is_fg & (trimap != FG)))
    return SnappedTrimap(snapped, int(num_snapped))


def trimap_of_mask(mask: np.ndarray, width: float) -> np.ndarray:
    """A trimap from an alpha matte or a segmenter's mask.

    Unknown is what lies within ``width`` of both sides of the edge, and all soft pixels: a pixel is
    foreground if all within that distance are inside the object, background if none is. Values up
    to ``NEARLY`` of the way from one end to the other count as the end.

    Args:
        mask (ndarray): uint8 (H, W): 0 outside the object, 255 inside, between them soft. Of a
            mask with other values, 0 and 1 for example, its largest value is taken as inside.
        width (float): Euclidean distance, pixels.

    Returns:
        ndarray: uint8 (H, W), 0, 128 and 255.
    """
    inside = max(int(mask.max()), 1)
    trimap = np.full(mask.shape, UNKNOWN, np.uint8)
    trimap[distance_to(mask < (1 - NEARLY) * inside) > width] = FG
    trimap[distance_to(mask > NEARLY * inside) > width] = BG
    return trimap


def trimap_of_box(image: np.ndarray, box: tuple[int, int, int, int], width: float) -> np.ndarray:
    """A trimap from a box round the object, by GrabCut (Rother et al., SIGGRAPH 2004).

    Args:
        image (ndarray): uint8 BGR (H, W, 3).
        box (tuple[int, int, int, int]): Left, top, width and height, pixels; all of the object
            lies within, and something else beyond.
        width (float): As in :func:`trimap_of_mask`.

    Returns:
        ndarray: uint8 (H, W), 0, 128 and 255; background beyond the box.

    Raises:
        ValueError: The box does not lie within the image, or leaves nothing out; or GrabCut finds
            nothing to tell apart.
    """
    height, full_width = image.shape[:2]
    left, top, box_width, box_height = box
    if min(left, top) < 0 or min(box_width, box_height) < 1:
        raise ValueError(f'The box must be left, top, width, height within the image, not {box}')
    if left + box_width > full_width or top + box_height > height:
        raise ValueError(f'The box {box} reaches beyond the image, {full_width} x {height} pixels')
    if (box_width, box_height) == (full_width, height):
        raise ValueError('The box is the whole image; it must leave some background out')
    labels = np.full(image.shape[:2], cv2.GC_BGD, np.uint8)
    labels[top : top + box_height, left : left + box_width] = cv2.GC_PR_FGD
    return _trimap_of_labels(image, labels, width)


def trimap_of_scribbles(image: np.ndarray, scribbles: np.ndarray, width: float) -> np.ndarray:
    """A trimap from strokes on object and background, by GrabCut (Rother et al., SIGGRAPH 2004).

    Args:
        image (ndarray): uint8 BGR (H, W, 3).
        scribbles (ndarray): uint8 (H, W), values as in a trimap: strokes on the background are
            dark, strokes on the object light, all else grey.
        width (float): As in :func:`trimap_of_mask`.

    Returns:
        ndarray: uint8 (H, W), 0, 128 and 255; strokes keep their values.

    Raises:
        ValueError: There is no stroke on the object, or none on the background; or GrabCut finds
            nothing to tell apart.
    """
    known = snap_trimap(scribbles).trimap
    is_bg, is_fg = known == BG, known == FG
    if not is_bg.any() or not is_fg.any():
        missing = 'object (light)' if is_bg.any() else 'background (dark)'
        raise ValueError(f'Scribbles need a stroke on the {missing}, on grey')
    labels = np.full(image.shape[:2], cv2.GC_PR_BGD, np.uint8)
    labels[is_bg], labels[is_fg] = cv2.GC_BGD, cv2.GC_FGD
    trimap = _trimap_of_labels(image, labels, width)
    trimap[is_bg], trimap[is_fg] = BG, FG
    return trimap


def _trimap_of_labels(image: np.ndarray, labels: np.ndarray, width: float) -> np.ndarray:
    """Lets GrabCut decide what is only probable, and marks the edge as unknown."""
    certain = labels == cv2.GC_BGD
    models = np.zeros((2, 1, 65))
    cv2.setRNGSeed(0)  # its colour models start from a random clustering
    try:
        cv2.grabCut(image, labels, (0, 0, 0, 0), models[0], models[1], 5, cv2.GC_INIT_WITH_MASK)
    except cv2.error as error:
        raise ValueError('GrabCut found nothing to tell apart; mark more of the photo') from error
    is_object = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    trimap = trimap_of_mask(np.where(is_object, np.uint8(255), np.uint8(0)), width)
    trimap[certain] = BG
    return trimap
