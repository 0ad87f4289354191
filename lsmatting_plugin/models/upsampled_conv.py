"""3x3 convolutions of upsampled features, computed at their low resolution."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .interleave import add_interleaved

# How the three taps of a fine row fall on the coarse rows after nearest upsampling by two. The
# upper fine row of a pair, 2i, sees the fine rows 2i-1 | 2i, 2i+1, that is the coarse rows i-1 | i;
# the lower one, 2i+1, sees 2i, 2i+1 | 2i+2, that is i | i+1.
NEAREST_TAPS = ((1, 0, 0), (0, 1, 1)), ((1, 1, 0), (0, 0, 1))
# The same after bilinear upsampling, where the fine row 2i is 1/4 (i-1) + 3/4 i and 2i+1 is
# 3/4 i + 1/4 (i+1): both fine rows of a pair see the coarse rows i-1, i, i+1.
BILINEAR_TAPS = (
    ((0.75, 0.25, 0), (0.25, 0.75, 0.75), (0, 0, 0.25)),
    ((0.25, 0, 0), (0.75, 0.75, 0.25), (0, 0.25, 0.75)),
)
BAND = 64  # coarse rows at a time where no gradient is wanted, so that little lies in memory


def parity_weight(weight: Tensor, taps: tuple) -> Tensor:
    """Kernels at the low resolution, K_ab = T_a W T_b^T for row parity a and column parity b.

    Args:
        weight (Tensor): W, (O, I, 3, 3).
        taps (tuple): T_0 and T_1, each k x 3.

    Returns:
        Tensor: (4 O, I, k, k), parities in the order of :func:`add_interleaved`.
    """
    matrices = weight.new_tensor(taps)
    with torch.autocast(weight.device.type, enabled=False):  # sums of weights as exact as they are
        parities = torch.einsum('aiy,ocyx,bjx->abocij', matrices, weight, matrices)
    return parities.flatten(0, 2).contiguous(memory_format=torch.channels_last)


class UpsampledConv:
    """conv3x3(nearest-upsampled x), with zero padding, in 4/9 of the multiplications.

    Args:
        weight (Tensor): (O, I, 3, 3).
    """

    def __init__(self, weight: Tensor) -> None:
        self.weight = weight
        self.parities = parity_weight(weight, NEAREST_TAPS)

    def add(self, base: Tensor, x: Tensor) -> Tensor:
        """Adds conv3x3(x nearest-upsampled to base's size) to base.

        Args:
            base (Tensor): (N, O, H, W). Overwritten where no gradient of x is wanted.
            x (Tensor): (N, I, h, w).

        Returns:
            Tensor: (N, O, H, W).
        """
        height, width = x.shape[2:]
        if base.shape[2:] != (2 * height, 2 * width):
            upsampled = F.interpolate(x, size=base.shape[2:], mode='nearest')
            return base + F.conv2d(upsampled, self.weight, padding=1)
        if torch.is_grad_enabled() and x.requires_grad:
            return add_interleaved(base, F.conv2d(x, self.parities, padding=1))
        padded = F.pad(x, (1, 1, 1, 1)).contiguous(memory_format=torch.channels_last)
        for top in range(0, height, BAND):
            bottom = min(top + BAND, height)
            parities = F.conv2d(padded[:, :, top : bottom + 2], self.parities)
            add_interleaved(base[:, :, 2 * top : 2 * bottom], parities)
        return base
