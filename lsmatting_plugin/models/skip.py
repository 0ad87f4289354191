"""What lies between encoder and decoder: nothing, or ASPP on the coarse stages."""

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..registry import MODELS

# Decoder, skip and pooling layers start alike (Xavier-uniform convolutions, BN 1/0).
XAVIER_INIT = (
    dict(type='Xavier', layer='Conv2d', distribution='uniform'),
    dict(type='Constant', layer='BatchNorm2d', val=1),
)


@MODELS.register_module()
class IdentitySkip(BaseModule):
    """Hands the encoder's features to the decoder as they are (the paper's choice).

    Args:
        in_channels (tuple[int]): Channels of stages 1..5; ``out_channels`` equals it.
    """

    def __init__(self, in_channels: tuple[int, ...], init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.out_channels = tuple(in_channels)

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The features themselves."""
        return tuple(features)


@MODELS.register_module()
class ASPPSkip(BaseModule):
    """Atrous spatial pyramid pooling on the coarse stages, a variant of the original repository.

    Args:
        in_channels (tuple[int]): Channels of stages 1..5; ``out_channels`` equals it.
        rates (dict[int, tuple[int]]): Dilation rates by stage number (1..5).
        dropout (float): After the projection of each stage.
    """

    def __init__(
        self,
        in_channels: tuple[int, ...],
        rates: dict[int, tuple[int, ...]] | None = None,
        dropout: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or list(XAVIER_INIT))
        rates = rates or {3: (12, 24, 36), 4: (6, 12, 18), 5: (3, 6, 9)}
        self.out_channels = tuple(in_channels)
        self.stages = nn.ModuleList(
            ASPP(channels, rates[stage], dropout) if stage in rates else nn.Identity()
            for stage, channels in enumerate(in_channels, start=1)
        )

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Each stage's features, of unchanged shape, seen in context where ``rates`` says so."""
        return tuple(stage(x) for stage, x in zip(self.stages, features, strict=True))


class ASPP(nn.Module):
    """Atrous spatial pyramid pooling (Chen et al., DeepLabv3, arXiv 1706.05587) of equal width.

    In training the image-pooling branch normalises one value per image, so that a batch must hold
    at least two images.

    Args:
        channels (int): Of the input, each branch and the output.
        rates (tuple[int]): Dilation of each atrous branch.
        dropout (float): After the projection.
    """

    def __init__(self, channels: int, rates: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        norm = dict(type='BN')
        self.pointwise = ConvModule(channels, channels, 1, norm_cfg=norm)
        self.atrous = nn.ModuleList(
            ConvModule(channels, channels, 3, padding=rate, dilation=rate, norm_cfg=norm)
            for rate in rates
        )
        self.pooling = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), ConvModule(channels, channels, 1, norm_cfg=norm)
        )
        num_branches = 2 + len(rates)
        self.project = ConvModule(num_branches * channels, channels, 1, norm_cfg=norm)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        pooled = F.interpolate(self.pooling(x), size=x.shape[2:], mode='nearest')
        branches = [self.pointwise(x), *(conv(x) for conv in self.atrous), pooled]
        return self.dropout(self.project(torch.cat(branches, dim=1)))
