"""3x3 convolutions of features beside upsampled ones, trained without making the two into one.

A convolution of joined channels is the sum of two convolutions, and that of the upsampled half can
be computed at its low resolution (:mod:`.upsampled_conv`). On a CPU, where the step waits for
memory, this spares the joined and the upsampled features and their gradients.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .interleave import add_interleaved
from .upsampled_conv import BILINEAR_TAPS, UpsampledConv, parity_weight


def is_worthwhile(fine: Tensor, coarse: Tensor) -> bool:
    """Whether the functions below apply: a step of training on a CPU, at twice the resolution."""
    height, width = coarse.shape[2:]
    return (
        torch.is_grad_enabled()
        and coarse.requires_grad
        and coarse.device.type == 'cpu'
        and fine.shape[2:] == (2 * height, 2 * width)
        and not torch.compiler.is_compiling()  # which fuses as it sees fit
    )


def conv_nearest(conv: nn.Conv2d, skip: Tensor, coarse: Tensor) -> Tensor:
    """conv(skip beside nearest-upsampled coarse).

    Args:
        conv (nn.Conv2d): 3x3, padding 1, C_s + C_c input channels.
        skip (Tensor): (N, C_s, 2h, 2w).
        coarse (Tensor): (N, C_c, h, w).

    Returns:
        Tensor: (N, C_out, 2h, 2w).
    """
    fine_weight, coarse_weight = conv.weight.tensor_split((skip.shape[1],), dim=1)
    base = F.conv2d(skip, fine_weight, conv.bias, padding=1)
    return UpsampledConv(coarse_weight).add(base, coarse)


def conv_bilinear(conv: nn.Conv2d, image: Tensor, features: Tensor) -> Tensor:
    """conv(image beside bilinearly upsampled features).

    Upsampling repeats the outermost features beyond the border, the convolution sees zeros there.
    So the features are padded by repetition, and what the convolution then finds in the ring round
    the image is taken off the outermost pixels.

    Args:
        conv (nn.Conv2d): 3x3, padding 1, C_i + C_f input channels.
        image (Tensor): (N, C_i, 2h, 2w).
        features (Tensor): (N, C_f, h, w).

    Returns:
        Tensor: (N, C_out, 2h, 2w).
    """
    fine_weight, coarse_weight = conv.weight.tensor_split((image.shape[1],), dim=1)
    base = F.conv2d(image, fine_weight, conv.bias, padding=1)
    padded, *edges = _Padded.apply(features)
    parities = parity_weight(coarse_weight, BILINEAR_TAPS)
    output = add_interleaved(base, F.conv2d(padded, parities))
    return _WithoutRing.apply(output, *_convolved_ring(edges, coarse_weight))


def _convolved_ring(edges: list[Tensor], weight: Tensor) -> Iterator[Tensor]:
    """What a 3x3 convolution finds in the ring of upsampled features round an image.

    Args:
        edges (list[Tensor]): The first and last row and column of the features.
        weight (Tensor): (O, I, 3, 3).

    Returns:
        Iterator[Tensor]: For the first and last row, (N, O, 1, 2w), with what the corners add;
        for the first and last column, (N, O, 2h, 1), without.
    """
    taps = (weight[:, :, :1], weight[:, :, 2:], weight[..., :1], weight[..., 2:])
    for edge, tap in zip(edges, taps, strict=True):
        height, width = edge.shape[2:]
        is_row = tap.shape[2] == 1
        size = (1, 2 * width) if is_row else (2 * height, 1)
        ring = F.interpolate(edge, size=size, mode='bilinear', align_corners=False)
        ring = F.pad(ring, (1, 1, 0, 0), 'replicate') if is_row else F.pad(ring, (0, 0, 1, 1))
        yield F.conv2d(ring, tap)


def _outermost(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The first and last row and column, as views."""
    return x[:, :, :1], x[:, :, -1:], x[..., :1], x[..., -1:]


class _Padded(torch.autograd.Function):
    """Features with their outermost pixels repeated beyond the border, and these pixels.

    As one function, for autograd would write a gradient of the features' size for each slice.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor) -> tuple[Tensor, ...]:
        padded = F.pad(features, (1, 1, 1, 1), mode='replicate')
        return padded, *(edge.clone() for edge in _outermost(features))

    @staticmethod
    def backward(ctx: Any, grad: Tensor, *edge_grads: Tensor) -> Tensor:
        inner = grad[:, :, 1:-1, 1:-1].clone(memory_format=torch.channels_last)
        for end in (0, -1):  # a pixel has the gradient of its repetitions, too
            inner[:, :, end] += grad[:, :, end, 1:-1]
            inner[..., end] += grad[:, :, 1:-1, end]
            for corner in (0, -1):
                inner[:, :, end, corner] += grad[:, :, end, corner]
        for edge, edge_grad in zip(_outermost(inner), edge_grads, strict=True):
            edge += edge_grad
        return inner


class _WithoutRing(torch.autograd.Function):
    """Takes off what the outermost pixels have too much, in place."""

    @staticmethod
    def forward(ctx: Any, output: Tensor, *excess: Tensor) -> Tensor:
        ctx.mark_dirty(output)
        for edge, part in zip(_outermost(output), excess, strict=True):
            edge -= part
        return output

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        return grad, *(-edge for edge in _outermost(grad))
