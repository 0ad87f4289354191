"""What a prediction owes to what was known before: values of the trimap, the size of the file."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ..structures import MattingDataSample


def force_known(alpha: Tensor, trimap: Tensor, bg_below: int, fg_above: int) -> Tensor:
    """Alpha with 1 where the trimap (0..255) is above ``fg_above``, 0 where below ``bg_below``."""
    alpha = torch.where(trimap > fg_above, torch.ones_like(alpha), alpha)
    return torch.where(trimap < bg_below, torch.zeros_like(alpha), alpha)


def as_loaded(alpha: Tensor, sample: MattingDataSample) -> Tensor:
    """A matte as it is scored: of the size of the image's file, exact where its trimap is.

    Args:
        alpha (Tensor): (1, H, W), 0..1.
        sample (MattingDataSample): ``ori_merged_shape`` is the size to which alpha is resized, and
            ``ori_trimap`` (1, H, W), uint8, makes it exact where 0 or 255; either may be absent.

    Returns:
        Tensor: (1, H, W), 0..1.
    """
    alpha = as_large_as_loaded(alpha, sample)
    if 'ori_trimap' in sample:
        alpha = force_known(alpha, sample.ori_trimap, bg_below=1, fg_above=254)
    return alpha


def as_large_as_loaded(image: Tensor, sample: MattingDataSample) -> Tensor:
    """An image (C, h, w) resized to (C, H, W), the ``ori_merged_shape`` of its sample, if any."""
    size = tuple(sample.get('ori_merged_shape', image.shape[1:])[:2])
    if size == tuple(image.shape[1:]):
        return image
    return F.interpolate(image[None], size=size, mode='bilinear', align_corners=False)[0]
