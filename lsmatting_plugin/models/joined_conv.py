"""3x3 convolutions of features beside upsampled ones, trained without making the two into one.

A convolution of joined channels is the sum of two convolutions, and that of the upsampled half can
be computed at its low resolution (:mod:`.upsampled_conv`). On a CPU, where the step waits for
memory, this spares the joined and the upsampled features and their gradients.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .interleave import add_interleaved
from .upsampled_conv import BILINEAR_TAPS, NEAREST_TAPS, parity_weight


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
    parities = parity_weight(coarse_weight, NEAREST_TAPS)
    return add_interleaved(base, F.conv2d(coarse, parities, padding=1))


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
    padded = F.pad(features, (1, 1, 1, 1), mode='replicate')
    parities = parity_weight(coarse_weight, BILINEAR_TAPS)
    output = add_interleaved(base, F.conv2d(padded, parities))
    return _without_ring(output, features, coarse_weight)


def _without_ring(output: Tensor, features: Tensor, weight: Tensor) -> Tensor:
    """Takes off what a 3x3 convolution finds in the ring of upsampled features round an image."""
    top, bottom = features[:, :, :1], features[:, :, -1:]
    left, right = features[..., :1], features[..., -1:]

    def upsampled(line: Tensor, size: tuple[int, int], ends: tuple[int, int, int, int]) -> Tensor:
        line = F.interpolate(line, size=size, mode='bilinear', align_corners=False)
        return F.pad(line, ends, mode='replicate')

    height, width = output.shape[2:]
    # Rows above and below, with the corners
    for rows, line, taps in ((0, top, weight[:, :, :1]), (height - 1, bottom, weight[:, :, 2:])):
        ring = upsampled(line, (1, width), (1, 1, 0, 0))
        output[:, :, rows : rows + 1] -= F.conv2d(ring, taps)
    # Columns at the sides; the corners are done
    for column, line, taps in ((0, left, weight[..., :1]), (width - 1, right, weight[..., 2:])):
        ring = F.pad(upsampled(line, (height, 1), (0, 0, 0, 0)), (0, 0, 1, 1))
        output[..., column : column + 1] -= F.conv2d(ring, taps)
    return output
