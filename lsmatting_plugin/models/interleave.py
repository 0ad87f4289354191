"""Four maps at half the resolution, one per parity of row and column, put together as one."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor


def add_interleaved(base: Tensor, parities: Tensor) -> Tensor:
    """Adds the parities, each in its places, to base.

    Args:
        base (Tensor): (N, C, 2h, 2w). Overwritten, unless a gradient of ``parities`` is wanted and
            none of ``base``, which may then serve again.
        parities (Tensor): (N, 4 C, h, w): the C channels of pixels in even rows and columns, of
            even rows and odd columns, odd and even, odd and odd. Or (N, 4 C, h + 1, w + 1): those
            of odd rows then lie a row lower, those of odd columns a column further right.

    Returns:
        Tensor: (N, C, 2h, 2w).
    """
    if torch.is_grad_enabled() and parities.requires_grad:
        return _AddInterleaved.apply(base, parities)
    for fine, coarse in _places(base, parities):
        fine += coarse
    return base


class _AddInterleaved(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, base: Tensor, parities: Tensor) -> Tensor:
        ctx.shape = parities.shape
        if ctx.needs_input_grad[0]:
            ctx.mark_dirty(base)
        else:
            base = base.clone()
        return add_interleaved(base, parities.detach())

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor]:
        channels_last = torch.channels_last
        parities = torch.empty(
            ctx.shape, dtype=grad.dtype, device=grad.device, memory_format=channels_last
        )
        if ctx.shape[2] > grad.shape[2] // 2:
            # A parity of the larger form leaves out one outermost row and column.
            parities[:, :, :: ctx.shape[2] - 1] = 0
            parities[..., :: ctx.shape[3] - 1] = 0
        for fine, coarse in _places(grad, parities):
            coarse.copy_(fine)
        return grad if ctx.needs_input_grad[0] else None, parities


def _places(fine: Tensor, parities: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """For each parity its pixels in the fine map, and its values: two views (N, C, h, w)."""
    channels = fine.shape[1]
    height, width = (side // 2 for side in fine.shape[2:])
    shift = parities.shape[2] - height
    for a in (0, 1):
        for b in (0, 1):
            first, top, left = (2 * a + b) * channels, a * shift, b * shift
            values = parities[:, first : first + channels, top : top + height, left : left + width]
            yield fine[:, :, a::2, b::2], values
