"""The light gated decoder."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..registry import MODELS
from .fusion import ConcatFusion, FlowAlignedFusion
from .joined_conv import conv_bilinear, conv_nearest, is_worthwhile
from .pyramid_pooling import PyramidPooling
from .recompute import recomputed
from .skip import XAVIER_INIT

FUSIONS = dict(concat=ConcatFusion, flow_aligned=FlowAlignedFusion)


class GatedConv(nn.Module):
    """Convolution, batch norm, ReLU, then a gate per channel from the global average.

    Args:
        in_channels (int): C_in.
        out_channels (int): C_out.

    Input:
        x (N, C_in, H, W); or the skip features alone, and those of the coarser stage, which the
        convolution sees beside them, nearest-upsampled.
    Output:
        (N, C_out, H, W).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.gate = nn.Conv2d(out_channels, out_channels, 1)

    def forward(self, x: Tensor, coarse: Tensor | None = None) -> Tensor:
        """Gated features f * ReLU6(fc(GAP(f)) + 3) / 6."""
        if coarse is None:
            x = self.conv(x)
        elif is_worthwhile(x, coarse):
            x = conv_nearest(self.conv, x, coarse)
        else:
            x = self.conv(join(x, coarse))
        f = F.relu(self.norm(x))
        gate = F.relu6(self.gate(f.mean(dim=(2, 3), keepdim=True)) + 3) / 6
        return f * gate


class AlphaHead(nn.Module):
    """Three convolutions at full resolution that end in the raw, unclamped alpha.

    Args:
        in_channels (int): C_in.
        channels (int): Of the two hidden layers.

    Input:
        x (N, C_in, H, W); or the image, and the decoder's features, which the first convolution
        sees beside it, bilinearly upsampled.
    Output:
        (N, 1, H, W).
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv3 = nn.Conv2d(channels, 1, 3, padding=1)

    @torch.no_grad()
    def pass_on(self, channel: int) -> None:
        """Changes the weights so that the output is this channel of the input, at least 0.

        One hidden channel carries it, which a ReLU leaves as it is; the last layer takes no other.
        """
        for conv, source in ((self.conv1, channel), (self.conv2, 0)):
            conv.weight[0].zero_()
            conv.weight[0, source, 1, 1] = 1
        self.conv3.weight.zero_()
        self.conv3.weight[0, 0, 1, 1] = 1

    def forward(self, x: Tensor, features: Tensor | None = None) -> Tensor:
        """Raw alpha."""
        x = self.conv1(x) if features is None else conv_bilinear(self.conv1, x, features)
        x = F.relu(self.conv2(F.relu(x)))
        if x.dtype == self.conv3.weight.dtype:
            return self.conv3(x)
        # Mixed precision: alpha in float32, since near 1 bfloat16 has steps of 1/256.
        with torch.autocast(x.device.type, enabled=False):
            return self.conv3(x.to(self.conv3.weight.dtype))


@MODELS.register_module()
class LSADecoder(BaseModule):
    """From five stages of features to raw alpha (the paper's decoder).

    From coarse to fine, each stage is a :class:`GatedConv` on its skip features beside the
    upsampled coarser stage; the last meets the network's input in a fusion and an
    :class:`AlphaHead`.

    Args:
        in_channels (tuple[int]): Channels of the skip features, stages 1 (fine) to 5 (coarse).
        channels (tuple[int]): Output channels of the decoder's stages 1 to 5.
        image_channels (int): Channels of the network's input.
        head_channels (int): Hidden channels of the head.
        fusion (str): 'concat' (paper) or 'flow_aligned' (the repository's FAM variant).
        pyramid_bins (tuple[int], optional): Bins of a pyramid pooling before stage 5 (the
            repository's PPM variant, 1, 2, 3, 6).
        starts_from (int, optional): Channel of the input, at least 0 everywhere, that an untrained
            network gives as its alpha: that of a guide, to which it then learns corrections.
        with_cp (bool): Computes the inside of stages and head a second time for their gradients in
            place of keeping it in memory, see :func:`.recomputed`.

    Input:
        image (N, image_channels, H, W): the network's input.
        features: five tensors (N, in_channels[i], H / 2^(i+1), W / 2^(i+1)).
    Output:
        Raw alpha (N, 1, H, W), not clamped.
    """

    def __init__(
        self,
        in_channels: tuple[int, ...] = (64, 256, 512, 1024, 2048),
        channels: tuple[int, ...] = (64, 64, 128, 256, 512),
        image_channels: int = 4,
        head_channels: int = 32,
        fusion: str = 'concat',
        pyramid_bins: tuple[int, ...] | None = None,
        starts_from: int | None = None,
        with_cp: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or list(XAVIER_INIT))
        if len(in_channels) != 5 or len(channels) != 5:
            raise ValueError(
                f'LSADecoder has 5 stages, but in_channels has {len(in_channels)} entries and '
                f'channels {len(channels)}'
            )
        if fusion not in FUSIONS:
            raise ValueError(f'fusion must be one of {sorted(FUSIONS)}, not {fusion!r}')
        self.recomputes = with_cp
        pooling = PyramidPooling(in_channels[4], pyramid_bins) if pyramid_bins else None
        self.context = nn.Identity() if pooling is None else pooling
        coarsest = in_channels[4] if pooling is None else pooling.out_channels
        self.stage5 = GatedConv(coarsest, channels[4])
        self.stage4 = GatedConv(in_channels[3] + channels[4], channels[3])
        self.stage3 = GatedConv(in_channels[2] + channels[3], channels[2])
        self.stage2 = GatedConv(in_channels[1] + channels[2], channels[1])
        self.stage1 = GatedConv(in_channels[0] + channels[1], channels[0])
        self.fusion = FUSIONS[fusion](image_channels, channels[0])
        self.head = AlphaHead(self.fusion.out_channels, head_channels)
        if starts_from is not None and not 0 <= starts_from < image_channels:
            raise ValueError(f'starts_from must be a channel of the input, not {starts_from}')
        if starts_from is not None and fusion != 'concat':
            raise ValueError("starts_from needs the fusion 'concat', which hands the input on")
        self.starts_from = starts_from

    def init_weights(self) -> None:
        """Initialises; with ``starts_from`` so that raw alpha is that channel."""
        super().init_weights()
        if self.starts_from is not None:
            self.head.pass_on(self.starts_from)

    def forward(self, image: Tensor, features: tuple[Tensor, ...]) -> Tensor:
        """Raw alpha at the image's size."""
        skip1, skip2, skip3, skip4, skip5 = features
        x = self.stage5(self.context(skip5))
        x = self._run(self.stage4, skip4, x)
        x = self._run(self.stage3, skip3, x)
        x = self._run(self.stage2, skip2, x)
        x = self._run(self.stage1, skip1, x)
        return self._run(self._raw_alpha, image, x)

    def _raw_alpha(self, image: Tensor, x: Tensor) -> Tensor:
        if isinstance(self.fusion, ConcatFusion) and is_worthwhile(image, x):
            return self.head(image, x)
        return self.head(self.fusion(image, x))

    def _run(self, part: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        return recomputed(part, *inputs) if self.recomputes else part(*inputs)


def join(skip: Tensor, coarse: Tensor) -> Tensor:
    """Skip features beside the coarser stage, nearest-upsampled: (N, C_s + C_c, H, W)."""
    upsampled = F.interpolate(coarse, size=skip.shape[2:], mode='nearest')
    return torch.cat([skip, upsampled], dim=1)
