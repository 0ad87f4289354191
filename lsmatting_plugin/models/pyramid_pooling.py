"""Pyramid pooling: the coarsest features beside their averages over larger cells."""

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from torch import Tensor, nn


class PyramidPooling(nn.Module):
    """Zhao et al., Pyramid Scene Parsing Network, arXiv 1612.01105, section 3.2.

    In training the bin of size 1 normalises one value per image, so that a batch must hold at
    least two images.

    Args:
        in_channels (int): C.
        bins (tuple[int]): Cells per side of each pooled copy.

    Input:
        x (N, C, H, W).
    Output:
        (N, out_channels, H, W): x and one copy of C / len(bins) channels per bin.
    """

    def __init__(self, in_channels: int, bins: tuple[int, ...] = (1, 2, 3, 6)) -> None:
        super().__init__()
        width = in_channels // len(bins)
        self.branches = nn.ModuleList(
            nn.Sequential(
                nn.AdaptiveAvgPool2d(size),
                ConvModule(in_channels, width, 1, norm_cfg=dict(type='BN')),
            )
            for size in bins
        )
        self.out_channels = in_channels + width * len(bins)

    def forward(self, x: Tensor) -> Tensor:
        """The features with their pooled copies, concatenated."""
        pooled = [
            F.interpolate(branch(x), size=x.shape[2:], mode='bilinear', align_corners=False)
            for branch in self.branches
        ]
        return torch.cat([x, *pooled], dim=1)
