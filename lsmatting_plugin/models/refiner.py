"""Backpropagating refinement: features are nudged until alpha agrees with the trimap's borders."""

import logging
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from mmengine.logging import print_log
from torch import Tensor

from ..progress import progress_bar
from ..registry import MODELS
from .data_preprocessor import trimap_of
from .partial_head import PartialHead, cover
from .prediction_network import PredictionNetwork

ADJUSTED_STAGES = (2, 3, 4, 5)


class RefinementLoss(NamedTuple):
    """What a step of refinement lowers: total = edge + preserve_weight * preserve^2."""

    total: Tensor
    edge: Tensor
    preserve: Tensor


@MODELS.register_module()
class BackpropRefiner:
    """Fits the decoder's features to one image by gradient descent (the paper's refinement).

    Each stage's output f, of stages 2 to 5, becomes f * exp(A) + B, where A and B start as zeros of
    2^(8-i) x 2^(8-i) pixels and are upsampled bicubically. Gradient descent changes A and B alone,
    so that alpha meets the trimap where its unknown region ends, and stays near the first matte
    elsewhere. Each image of a batch is refined by itself. Where the descent leaves the numbers (too
    large a step), the image keeps its first matte, and a warning says so.

    Args:
        steps (int): Evaluations of the network; n steps change A and B n - 1 times.
        lr (float): Step of the descent.
        preserve_weight (float): Of the squared mean distance from the first matte.
        tolerance (float): Ends before ``steps`` as soon as a step changes the total loss by no
            more than this share of it. 0 takes all steps, as the paper does.
        progress (bool): Shows a bar with the losses on stderr.

    Attributes:
        on_step (callable | None): Called as ``on_step(step, RefinementLoss)`` after each change of
            A and B, with the step's number from 0; losses are scalars on the image's device.

    Raises:
        ValueError: ``steps`` is below 1, ``lr`` no positive number or ``tolerance`` negative.
    """

    def __init__(
        self,
        steps: int = 100,
        lr: float = 20.0,
        preserve_weight: float = 0.1,
        tolerance: float = 0.0,
        progress: bool = False,
    ) -> None:
        if steps < 1:
            raise ValueError(f'BackpropRefiner needs at least 1 step, got {steps}')
        if not 0 < lr < math.inf:
            raise ValueError(f'lr must be a positive number, got {lr}')
        if tolerance < 0:
            raise ValueError(f'tolerance must not be negative, got {tolerance}')
        self.steps = steps
        self.lr = lr
        self.preserve_weight = preserve_weight
        self.tolerance = tolerance
        self.progress = progress
        self.on_step: Callable[[int, RefinementLoss], None] | None = None

    def refine(
        self, network: PredictionNetwork, inputs: Tensor, is_wanted: Tensor | None = None
    ) -> Tensor:
        """Refined alpha (N, 1, H, W), 0..1.

        Args:
            network (PredictionNetwork): Stays as it is.
            inputs (Tensor): (N, 4, H, W), normalised RGB and trimap; sides multiples of 32.
            is_wanted (Tensor, optional): (N, 1, H, W), bool: elsewhere alpha may be 0. None is
                everywhere.

        Raises:
            ValueError: The decoder's fusion is not by concatenation, or a side no multiple of 32.
        """
        if network.partial_head is None:
            raise ValueError("BackpropRefiner needs a decoder with fusion='concat'")
        if inputs.shape[2] % 32 or inputs.shape[3] % 32:
            raise ValueError(
                'BackpropRefiner needs framed sides that are multiples of 32, not '
                f'{tuple(inputs.shape[2:])}: see size_divisor and the margins in test_cfg'
            )
        wanted = [None] * len(inputs) if is_wanted is None else is_wanted.split(1)
        # Gradients are wanted here even under the runner's no_grad.
        with torch.inference_mode(False), torch.no_grad():
            images = inputs.clone().split(1)
            alphas = [self._refine_one(network, *pair) for pair in zip(images, wanted, strict=True)]
            return torch.cat(alphas)

    def _refine_one(
        self, network: PredictionNetwork, image: Tensor, is_wanted: Tensor | None
    ) -> Tensor:
        goal = TrimapGoal(trimap_of(image))
        is_needed = None if is_wanted is None else is_wanted | goal.is_unknown
        halves = network.encode(image, is_needed)
        adjustments = {i: Adjustment(i, halves.maps[i - 1]) for i in ADJUSTED_STAGES}

        def adjust(stage: int, features: Tensor) -> Tensor:
            return adjustments[stage](features)

        if goal.has_edge:
            assert network.partial_head is not None  # as refine has seen
            head = HeadInUnknown(network.partial_head, image, goal.is_unknown)
            values = [adjustment.values for adjustment in adjustments.values()]
            self._descend(lambda: head(network.decode(halves, adjust)), values, goal)
        for adjustment in adjustments.values():
            adjustment.values.requires_grad_(False)
        raw = network.raw_alpha(image, network.decode(halves, adjust), is_needed)
        if not raw.isfinite().all():
            print_log(
                f'Refinement with lr={self.lr:g} diverged; the image keeps its unrefined matte. '
                'Try a lower lr',
                logger='current',
                level=logging.WARNING,
            )
            raw = network(image, is_needed)
        return raw.clamp(0, 1)

    def _descend(
        self, raw_alpha: Callable[[], Tensor], values: list[Tensor], goal: 'TrimapGoal'
    ) -> None:
        """Changes the values, of which ``raw_alpha()`` is a function, in place."""
        first = total = None  # the raw alpha before any change; the last loss, for early stop
        with progress_bar(quiet=not self.progress) as bar:
            task = bar.add_task('refining', total=self.steps - 1)
            for step in range(self.steps - 1):
                with torch.enable_grad():
                    raw = raw_alpha()
                    first = raw.detach() if first is None else first
                    loss = goal.loss(raw.clamp(0, 1), first, self.preserve_weight)
                gradients = torch.autograd.grad(loss.total, values)
                for value, gradient in zip(values, gradients, strict=True):
                    value -= self.lr * gradient
                loss = RefinementLoss(*(part.detach() for part in loss))
                if self.progress:
                    losses = f'edge {loss.edge:.4f} preserve {loss.preserve:.4f}'
                    bar.update(task, advance=1, description=f'refining: {losses}')
                if self.on_step is not None:
                    self.on_step(step, loss)
                if total is not None and _is_near(loss.total, total, self.tolerance):
                    break
                total = loss.total if self.tolerance else None


def _is_near(value: Tensor, other: Tensor, tolerance: float) -> bool:
    """Whether a value differs from another by no more than a share of it."""
    return bool((value - other).abs() <= tolerance * other)


class TrimapGoal:
    """What refinement is after: alpha 1 and 0 at the ends of the unknown region.

    Args:
        trimap (Tensor): (1, 1, H, W), 0..1.
    """

    def __init__(self, trimap: Tensor) -> None:
        is_fg, is_bg = trimap > 0.75, trimap < 0.25
        self.is_unknown = ~(is_fg | is_bg)
        # An unknown pixel with one of the region among its eight neighbours; the Laplacian of the
        # region is not 0 there.
        at_fg, at_bg = (
            self.is_unknown & (F.max_pool2d(region.float(), 3, stride=1, padding=1) > 0)
            for region in (is_fg, is_bg)
        )
        self.has_edge = bool(at_fg.any() or at_bg.any())
        self.at_fg, self.at_bg = at_fg.float(), at_bg.float()

    def loss(self, alpha: Tensor, first: Tensor, preserve_weight: float) -> RefinementLoss:
        """The loss of alpha (0..1) beside the first raw alpha, (1, 1, H, W) each."""
        # edge = [sum((1 - a)^2 e_P) + sum(a^2 e_N)] / (sum(e_P) + 0.1 + sum(e_N) + 0.1)
        error = ((1 - alpha) ** 2 * self.at_fg).sum() + (alpha**2 * self.at_bg).sum()
        edge = error / (self.at_fg.sum() + 0.1 + self.at_bg.sum() + 0.1)
        # preserve = sum(|a - a0| U) / sum(U)
        preserve = ((alpha - first).abs() * self.is_unknown).sum() / self.is_unknown.sum()
        return RefinementLoss(edge + preserve_weight * preserve**2, edge, preserve)


class Adjustment:
    """f -> f * exp(A) + B for one stage, A and B learnt at 2^(8-i) x 2^(8-i) pixels.

    Args:
        stage (int): i.
        features (Tensor): Of the shape (1, C, H, W) that is to be adjusted.
    """

    def __init__(self, stage: int, features: Tensor) -> None:
        side = 2 ** (8 - stage)
        _, channels, height, width = features.shape
        # Channels lie last, as those of the features do: (A or B, rows, columns * channels).
        self.values = features.new_zeros((2, side, side * channels)).requires_grad_()
        self.rows = bicubic_matrix(side, height).to(features)
        self.columns = bicubic_matrix(side, width).to(features)

    def __call__(self, features: Tensor) -> Tensor:
        """Adjusted features (1, C, H, W)."""
        log_scale, shift = (self._upsampled(value) for value in self.values)
        return features * log_scale.exp() + shift

    def _upsampled(self, value: Tensor) -> Tensor:
        rows = (self.rows @ value).unflatten(1, (self.columns.shape[1], -1))
        return (self.columns @ rows).permute(2, 0, 1)[None]


def bicubic_matrix(size: int, new_size: int) -> Tensor:
    """M of (new_size, size): M x resizes a column x bicubically, align_corners False."""
    columns = torch.eye(size)[None, None]
    return F.interpolate(columns, (new_size, size), mode='bicubic', align_corners=False)[0, 0]


class HeadInUnknown:
    """Raw alpha of one image's unknown region, differentiable in the decoder's features.

    Args:
        head (PartialHead): The last convolutions.
        image (Tensor): The network's input (1, 4, H, W).
        is_unknown (Tensor): (1, 1, H, W), bool.
    """

    def __init__(self, head: PartialHead, image: Tensor, is_unknown: Tensor) -> None:
        self.head = head
        self.size = image.shape[2:]
        self.rectangles = cover(is_unknown[0, 0])
        self.image_halves = [head.image_half(image, area) for area in self.rectangles]

    def __call__(self, features: Tensor) -> Tensor:
        """Raw alpha (1, 1, H, W) from features (1, C, H/2, W/2); 0 far from unknown pixels."""
        return _OnRectangles.apply(features, self)

    def raw_alpha(self, number: int, crop: Tensor) -> Tensor:
        """Raw alpha in one of the rectangles."""
        area, half = self.rectangles[number], self.image_halves[number]
        return self.head.raw_alpha(half, crop, area, *self.size)


class _OnRectangles(torch.autograd.Function):
    """Rectangle by rectangle: autograd's own gradient of each crop would fill a whole map."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, unknown: HeadInUnknown) -> Tensor:
        raw = features.new_zeros((1, 1, *unknown.size))
        ctx.unknown, ctx.features = unknown, features
        ctx.crops, ctx.parts = [], []
        for number, area in enumerate(unknown.rectangles):
            crop = unknown.head.crop(features, area).detach().requires_grad_()
            with torch.enable_grad():
                part = unknown.raw_alpha(number, crop)
            area.of(raw).copy_(part.detach())
            ctx.crops.append(crop)
            ctx.parts.append(part)
        return raw

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        areas = ctx.unknown.rectangles
        grads = torch.autograd.grad(ctx.parts, ctx.crops, [area.of(grad) for area in areas])
        total = torch.zeros_like(ctx.features)
        for area, part in zip(areas, grads, strict=True):
            ctx.unknown.head.crop(total, area).add_(part)
        return total, None
