"""How the decoder's half-resolution features meet the full-resolution input before the head."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConcatFusion(nn.Module):
    """Bilinear upsampling, then concatenation (the paper's choice).

    Args:
        image_channels (int): Of the network's input.
        channels (int): Of the decoder's features.
    """

    def __init__(self, image_channels: int, channels: int) -> None:
        super().__init__()
        self.out_channels = image_channels + channels

    def forward(self, image: Tensor, features: Tensor) -> Tensor:
        """(N, I, H, W) and (N, C, h, w) -> (N, I + C, H, W)."""
        size = image.shape[2:]
        upsampled = F.interpolate(features, size=size, mode='bilinear', align_corners=False)
        return torch.cat([image, upsampled], dim=1)


class FlowAlignedFusion(nn.Module):
    """Upsampling along a learnt flow, so that features meet the image's edges.

    The flow alignment module of Li et al., Semantic Flow for Fast and Accurate Scene Parsing, arXiv
    2002.10120, section 3.2, which the original repository carries as a variant. With zero flow it
    is bilinear upsampling.

    Args:
        image_channels (int): Of the network's input.
        channels (int): Of the decoder's features.
        width (int): Channels in which the two are compared, and of the output.
    """

    def __init__(self, image_channels: int, channels: int, width: int = 32) -> None:
        super().__init__()
        self.image_conv = nn.Conv2d(image_channels, width, 1, bias=False)
        self.feature_conv = nn.Conv2d(channels, width, 1, bias=False)
        self.flow_conv = nn.Conv2d(2 * width, 2, 3, padding=1, bias=False)
        self.fuse_conv = nn.Conv2d(2 * width, width, 3, padding=1)
        self.out_channels = width

    def forward(self, image: Tensor, features: Tensor) -> Tensor:
        """(N, I, H, W) and (N, C, h, w) -> (N, width, H, W)."""
        image = self.image_conv(image)
        features = self.feature_conv(features)
        upsampled = F.interpolate(
            features, size=image.shape[2:], mode='bilinear', align_corners=False
        )
        flow = self.flow_conv(torch.cat([upsampled, image], dim=1))
        aligned = self.warp(features, flow)
        return F.relu(self.fuse_conv(torch.cat([aligned, image], dim=1)))

    def warp(self, features: Tensor, flow: Tensor) -> Tensor:
        """See :func:`warp`."""
        return warp(features, flow)


def warp(features: Tensor, flow: Tensor) -> Tensor:
    """Samples coarse features on a fine grid that is displaced by a flow.

    Args:
        features (Tensor): (N, C, h, w).
        flow (Tensor): (N, 2, H, W), displacement right and down, in half pixels of the fine grid.

    Returns:
        Tensor: (N, C, H, W).
    """
    height, width = flow.shape[2:]
    # Pixel centres in grid_sample's coordinates, -1..1 over the image: x_j = (2 j + 1) / W - 1.
    x = (2 * torch.arange(width, device=flow.device, dtype=flow.dtype) + 1) / width - 1
    y = (2 * torch.arange(height, device=flow.device, dtype=flow.dtype) + 1) / height - 1
    grid = torch.stack(torch.meshgrid(x, y, indexing='xy'), dim=-1)
    displacement = flow.permute(0, 2, 3, 1) / flow.new_tensor([width, height])
    return F.grid_sample(
        features, grid + displacement, mode='bilinear', padding_mode='border', align_corners=False
    )
