"""Test-time augmentation: the average matte of several views of one image (section 5.5)."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..registry import MODELS
from .data_preprocessor import MattingPreprocessor

# The options under the names that tools and inferencer know.
TTA_OPTIONS = {
    'none': None,
    'flips': dict(type='MattingTTA'),
    'flips+scales': dict(type='MattingTTA', scales=(0.8, 1.0, 1.25)),
    'flips+colours': dict(type='MattingTTA', colours=True),
}


class Flip(NamedTuple):
    """One of the eight symmetries of the square: transposed, then mirrored along some axes."""

    transposes: bool
    mirrors: tuple[int, ...]

    def apply(self, x: Tensor) -> Tensor:
        """The view of x (..., H, W)."""
        return (x.transpose(-2, -1) if self.transposes else x).flip(self.mirrors)

    def undo(self, x: Tensor) -> Tensor:
        """What x (..., H, W) was before :meth:`apply`."""
        x = x.flip(self.mirrors)
        return x.transpose(-2, -1) if self.transposes else x


class Colours(NamedTuple):
    """The colour channels in another order, of the image or of its negative."""

    order: tuple[int, int, int]
    inverts: bool

    def apply(self, image: Tensor) -> Tensor:
        """The version of an image (N, 3, H, W) in 0..255."""
        image = image[:, self.order]
        return 255 - image if self.inverts else image


NO_FLIP = Flip(False, ())
SAME_COLOURS = Colours((0, 1, 2), False)


@MODELS.register_module()
class MattingTTA:
    """Averages the mattes of flipped, resized and recoloured views.

    Source: the original's test code for Composition-1k (flips) and alphamatting.com (scales).

    Args:
        flips (bool): The eight flips and transposes.
        scales (Sequence[float]): Of the sides; image and matte are resized bicubically, the trimap
            by its nearest pixels, a guide bilinearly.
        colours (bool): The six channel orders, of the image and of its negative.
        batch_pixels (int): Views of one shape go through the network together, so many that they
            do not exceed this number of pixels. Each is predicted as if alone.

    Raises:
        ValueError: There is no scale, or one is no positive number.
    """

    def __init__(
        self,
        flips: bool = True,
        scales: Sequence[float] = (1.0,),
        colours: bool = False,
        batch_pixels: int = 2_000_000,
    ) -> None:
        if not scales or not all(0 < scale < math.inf for scale in scales):
            raise ValueError(f'scales must be positive numbers, got {scales!r}')
        mirrors = ((), (-1,), (-2,), (-2, -1))
        self.flips = [NO_FLIP]
        if flips:
            self.flips = [Flip(*flip) for flip in product((False, True), mirrors)]
        self.colours = [SAME_COLOURS]
        if colours:
            orders = permutations(range(3), 3)
            self.colours = [Colours(*version) for version in product(orders, (False, True))]
        self.scales = tuple(scales)
        self.batch_pixels = batch_pixels

    def average(
        self,
        predict: Callable[[Tensor], Tensor],
        inputs: Tensor,
        preprocessor: MattingPreprocessor,
    ) -> Tensor:
        """The mean alpha of all views, brought back to the image as it is.

        Args:
            predict (callable): Network inputs (M, C, h, w) -> alpha (M, 1, h, w).
            inputs (Tensor): Network inputs (N, C, H, W).
            preprocessor (MattingPreprocessor): Which made them of an image.

        Returns:
            Tensor: (N, 1, H, W), 0..1.
        """
        image, others = preprocessor.split(inputs)
        size = inputs.shape[2:]
        total = image.new_zeros(len(image), 1, *size)
        for scale in self.scales:
            scaled_size = [max(int(side * scale), 1) for side in size]
            scaled_image = image
            if scaled_size != list(size):  # to 8 bits, as image files are resized
                scaled_image = _bicubic(image, scaled_size).clamp(0, 255).round()
            scaled_others = _resized_others(others, scaled_size)
            mean = self._mean_of_views(predict, scaled_image, scaled_others, preprocessor)
            total += _bicubic(mean, size)
        return (total / len(self.scales)).clamp(0, 1)

    def _mean_of_views(
        self, predict: Callable, image: Tensor, others: Tensor, preprocessor: MattingPreprocessor
    ) -> Tensor:
        total = image.new_zeros(len(image), 1, *image.shape[2:])
        for flips, images, others_of in self._batches(image, others):
            alphas = predict(preprocessor.join(images, others_of))
            for flip, alpha in zip(flips, alphas.split(len(image)), strict=True):
                total += flip.undo(alpha)
        return total / (len(self.flips) * len(self.colours))

    def _batches(
        self, image: Tensor, others: Tensor
    ) -> Iterator[tuple[list[Flip], Tensor, Tensor]]:
        """Views of one shape together: how each was flipped, images, trimaps and guides."""
        room = max(self.batch_pixels // image[:, 0].numel(), 1)
        for transposes in (False, True):
            flips = [flip for flip in self.flips if flip.transposes == transposes]
            todo = list(product(self.colours, flips))
            for begin in range(0, len(todo), room):
                batch = todo[begin : begin + room]
                images = [flip.apply(colour.apply(image)) for colour, flip in batch]
                others_of = [flip.apply(others) for _, flip in batch]
                yield [flip for _, flip in batch], torch.cat(images), torch.cat(others_of)


def _resized_others(others: Tensor, size: list[int]) -> Tensor:
    """Trimap and guide (N, 1 + C, H, W) in another size."""
    trimap, guide = others[:, :1], others[:, 1:]
    trimap = F.interpolate(trimap, size=size, mode='nearest')
    if not guide.shape[1]:
        return trimap
    guide = F.interpolate(guide, size=size, mode='bilinear', align_corners=False)
    return torch.cat([trimap, guide], dim=1)


def _bicubic(x: Tensor, size: Sequence[int]) -> Tensor:
    if tuple(x.shape[2:]) == tuple(size):
        return x
    return F.interpolate(x, size=tuple(size), mode='bicubic', align_corners=False)
