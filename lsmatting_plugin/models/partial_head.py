"""The decoder's last convolutions, computed only where their result is wanted."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from .decoder import AlphaHead
from .interleave import add_interleaved
from .rectangle import Rectangle
from .upsampled_conv import BILINEAR_TAPS, parity_weight

CELL = 32  # pixels; the wanted pixels are covered by rectangles of whole cells
MAX_CELLS = 8  # along a side; larger areas are several rectangles, which fit into a cache
REACH = 3  # pixels; a pixel of alpha sees as far through three 3x3 convolutions
BORDER = 4  # pixels; REACH, made even


def cover(is_wanted: Tensor) -> list[Rectangle]:
    """Disjoint rectangles with even edges that hold all wanted pixels.

    Args:
        is_wanted (Tensor): (H, W), bool; H and W even.

    Returns:
        list[Rectangle]: Runs of cells that hold wanted pixels, equal runs below one another
            merged, then cut back to what is wanted.
    """
    height, width = is_wanted.shape
    cells = F.max_pool2d(is_wanted[None].float(), CELL, ceil_mode=True)[0].bool().tolist()
    rectangles = []
    begun: dict[tuple[int, int], int] = {}  # columns of a run -> its first row
    for row, wanted in enumerate([*cells, []]):
        runs = _runs(wanted)
        for run, first in list(begun.items()):
            if run not in runs or row - first == MAX_CELLS:
                top, bottom, left, right = (CELL * edge for edge in (first, row, *run))
                rectangles.append(Rectangle(top, min(bottom, height), left, min(right, width)))
                del begun[run]
        for run in runs:
            begun.setdefault(run, row)
    tight = (_tightened(rectangle, is_wanted) for rectangle in rectangles)
    return [piece for rectangle in tight for piece in _without_border(rectangle, height, width)]


def _tightened(rectangle: Rectangle, is_wanted: Tensor) -> Rectangle:
    """The part that holds the wanted pixels, its edges even."""
    part = rectangle.of(is_wanted)
    rows, columns = part.any(dim=1).nonzero(), part.any(dim=0).nonzero()
    return Rectangle(
        top=rectangle.top + int(rows[0]) // 2 * 2,
        bottom=rectangle.top + int(rows[-1]) // 2 * 2 + 2,
        left=rectangle.left + int(columns[0]) // 2 * 2,
        right=rectangle.left + int(columns[-1]) // 2 * 2 + 2,
    )


def _without_border(rectangle: Rectangle, height: int, width: int) -> list[Rectangle]:
    """Cut so that only narrow pieces lie at the image's border, where convolution is slower."""

    def pieces(begin: int, end: int, size: int) -> list[tuple[int, int]]:
        inner = [cut for cut in (BORDER, size - BORDER) if begin < cut < end]
        edges = [begin, *inner, end]
        return list(pairwise(edges))

    return [
        Rectangle(top, bottom, left, right)
        for top, bottom in pieces(rectangle.top, rectangle.bottom, height)
        for left, right in pieces(rectangle.left, rectangle.right, width)
    ]


def _runs(wanted: list[bool]) -> set[tuple[int, int]]:
    """Begin and end (exclusive) of each run of True, cut after every ``MAX_CELLS``."""
    padded = [False, *wanted, False]
    edges = [i for i in range(len(wanted) + 1) if padded[i] != padded[i + 1]]
    return {
        (begin, min(begin + MAX_CELLS, last))
        for first, last in zip(edges[::2], edges[1::2], strict=True)
        for begin in range(first, last, MAX_CELLS)
    }


class PartialHead:
    """Fusion by concatenation, and :class:`AlphaHead`, on rectangles of one image.

    What comes out in a rectangle is what the whole image gives there: each convolution sees the
    pixels round it that it reaches, and zeros only beyond the image.

    Args:
        head (AlphaHead): The three convolutions.
        image_channels (int): How many of the first one's input channels are the image's.
    """

    def __init__(self, head: AlphaHead, image_channels: int) -> None:
        self.head = head
        self.image_weight = head.conv1.weight[:, :image_channels].contiguous()
        self.feature_weight = head.conv1.weight[:, image_channels:].contiguous(
            memory_format=torch.channels_last
        )
        self.feature_parities = parity_weight(self.feature_weight, BILINEAR_TAPS)

    def image_half(self, image: Tensor, rectangle: Rectangle) -> Tensor:
        """What the first convolution gets from the image (1, 4, H, W), bias included."""
        height, width = image.shape[2:]
        seen = rectangle.grown(REACH, height, width).of(image)
        seen = _zeros_beyond(seen, rectangle.grown(2, height, width), height, width)
        return F.conv2d(seen, self.image_weight, self.head.conv1.bias)

    def crop(self, features: Tensor, rectangle: Rectangle) -> Tensor:
        """The features (1, C, H/2, W/2) that a rectangle of the image needs."""
        return _coarse(rectangle).grown(2, *features.shape[2:]).of(features)

    def raw_alpha(
        self, image_half: Tensor, crop: Tensor, rectangle: Rectangle, height: int, width: int
    ) -> Tensor:
        """Raw alpha of a rectangle from its two halves, (1, 1, bottom - top, right - left)."""
        if _is_inside(rectangle, height, width):
            x = add_interleaved(image_half, F.conv2d(crop, self.feature_parities))
        else:
            upsampled = self._upsampled(crop, rectangle, height, width)
            x = image_half + F.conv2d(upsampled, self.feature_weight)
        for conv, reach in ((self.head.conv2, 1), (self.head.conv3, 0)):
            seen = rectangle.grown(reach, height, width)
            x = _zeros_beyond(F.relu(x, inplace=True), seen, height, width)
            x = F.conv2d(x, conv.weight, conv.bias)
        return x

    @staticmethod
    def _upsampled(crop: Tensor, rectangle: Rectangle, height: int, width: int) -> Tensor:
        """The features at the image's resolution, as far as the first convolution reaches."""
        upsampled = F.interpolate(crop, scale_factor=2.0, mode='bilinear', align_corners=False)
        seen = rectangle.grown(REACH, height, width)
        begin = _coarse(rectangle).grown(2, height // 2, width // 2)
        # The outermost pixels of the crop lack a neighbour, unless the image ends there too.
        inner = seen.within(Rectangle(*(2 * edge for edge in begin)))
        return _zeros_beyond(inner.of(upsampled), rectangle.grown(2, height, width), height, width)


def _is_inside(rectangle: Rectangle, height: int, width: int) -> bool:
    """Whether nothing beyond the image is within reach."""
    return (
        min(rectangle.top, rectangle.left) >= BORDER
        and rectangle.bottom <= height - BORDER
        and rectangle.right <= width - BORDER
    )


def _coarse(rectangle: Rectangle) -> Rectangle:
    """The same at half the resolution; its edges are even, or the image's."""
    return Rectangle(*(edge // 2 for edge in rectangle))


def _zeros_beyond(x: Tensor, rectangle: Rectangle, height: int, width: int) -> Tensor:
    """A row or column of zeros where the next convolution's result ends with the image.

    Args:
        x (Tensor): Its input, cut to the image.
        rectangle (Rectangle): Of its result.
        height (int): The image's.
        width (int): The image's.
    """
    left, right = rectangle.left == 0, rectangle.right == width
    top, bottom = rectangle.top == 0, rectangle.bottom == height
    if not (left or right or top or bottom):
        return x
    return F.pad(x, (int(left), int(right), int(top), int(bottom)))
