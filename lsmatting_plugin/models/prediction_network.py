"""The network as prediction runs it: the same function of image and trimap, arranged to be cheap.

Batch norms are folded into the convolutions before them, features lie channels-last, and each
decoder convolution over [skip features, upsampled coarser stage] is split into its two halves:

    conv([skip, up(coarse)]) = conv_s(skip) + conv_c(up(coarse)).

The skip halves depend on the image alone. They are a fraction of the encoder's features and all
that the decoder needs of them, so an encoder that runs tile by tile need not keep more, and a
refinement that runs the decoder a hundred times computes them once. conv_c runs at the coarse
stage's resolution (:class:`UpsampledConv`), and the last three convolutions only where alpha is
wanted (:class:`PartialHead`).
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple, TypeVar

import torch
import torch.nn.functional as F
from mmcv.cnn import fuse_conv_bn
from torch import Tensor, nn

from .decoder import GatedConv, LSADecoder
from .fusion import ConcatFusion
from .partial_head import PartialHead, cover
from .skip import IdentitySkip
from .tiled_encoding import choose_tiles, encode_tiles, reduced_for_survey
from .upsampled_conv import UpsampledConv

Part = TypeVar('Part', bound=nn.Module)


class SkipHalves(NamedTuple):
    """What the decoder needs of the encoder, for stages 1 (fine) to 5 (coarse).

    Attributes:
        maps (list[Tensor]): conv_s(skip) + bias, (N, C_i, H_i, W_i); -inf where the encoder has
            left pixels out, so that their features are 0.
        unseen (Sequence[Tensor | float]): (N, C_i, 1, 1): what pixels left out add to the mean that
            opens the stage's gate.
    """

    maps: list[Tensor]
    unseen: Sequence[Tensor | float]


class PredictionNetwork:
    """Encoder, skip and decoder for prediction alone; a copy that shares nothing with them.

    Args:
        encoder, skip, decoder (nn.Module): Of an :class:`LSAMattor`.
        dtype (torch.dtype): In which the encoder computes; the decoder keeps float32.
        compiles (bool): Whether torch compiles the encoder, which takes a C++ compiler and a
            minute for each new shape of image.
        tile (int, optional): Side, in pixels, of the tiles in which the encoder sees an image, see
            :mod:`.tiled_encoding`. None shows it the whole.

    Raises:
        ValueError: The network looks at all of an image where tiles show a part.
    """

    @torch.inference_mode(False)  # what is made there could not take part in a refinement
    @torch.no_grad()
    def __init__(
        self,
        encoder: nn.Module,
        skip: nn.Module,
        decoder: LSADecoder,
        dtype: torch.dtype = torch.float32,
        compiles: bool = False,
        tile: int | None = None,
    ) -> None:
        if tile is not None:
            require_local(skip, decoder)
        self.dtype = dtype
        self.tile = tile
        encoder, self.skip, decoder = _folded(encoder), _folded(skip), _folded(decoder)
        self.encoder = torch.compile(encoder.to(dtype)) if compiles else encoder.to(dtype)
        self.skip.to(dtype)
        self.context = decoder.context.to(dtype)
        gated = (decoder.stage1, decoder.stage2, decoder.stage3, decoder.stage4, decoder.stage5)
        coarse_channels = [stage.conv.out_channels for stage in gated[1:]] + [0]
        self.stages = [
            SplitStage(*pair, dtype) for pair in zip(gated, coarse_channels, strict=True)
        ]
        self.fusion, self.head = decoder.fusion, decoder.head
        self.partial_head = None
        if isinstance(decoder.fusion, ConcatFusion):
            image_channels = decoder.fusion.out_channels - decoder.stage1.conv.out_channels
            self.partial_head = PartialHead(decoder.head, image_channels)

    def __call__(self, inputs: Tensor, is_wanted: Tensor | None = None) -> Tensor:
        """Raw alpha (N, 1, H, W) of inputs (N, 4, H, W); see :meth:`raw_alpha`."""
        features = self.decode(self.encode(inputs, is_wanted))
        return self.raw_alpha(inputs, features, is_wanted)

    def encode(self, inputs: Tensor, is_wanted: Tensor | None = None) -> SkipHalves:
        """What the decoder needs of the encoder.

        Args:
            inputs (Tensor): (N, 4, H, W); one image where there are tiles.
            is_wanted (Tensor, optional): (N, 1, H, W), bool; see :meth:`raw_alpha`.
        """
        if self.tile is None:
            return SkipHalves(self._skip_halves(inputs), [0.0] * len(self.stages))
        height, width = inputs.shape[2:]
        tiles, is_left_out = choose_tiles(height, width, self.tile, is_wanted)
        unseen: Sequence[Tensor | float] = [0.0] * len(self.stages)
        if is_left_out is not None:
            unseen = self._survey(inputs, is_left_out)
        return SkipHalves(encode_tiles(self._skip_halves, inputs, tiles), unseen)

    def _survey(self, inputs: Tensor, is_left_out: Tensor) -> list[Tensor]:
        """What pixels left out add to the mean of each stage, by the image at a smaller size."""
        means = []

        def observe(f: Tensor) -> None:
            weight = F.interpolate(is_left_out.to(f), size=f.shape[2:], mode='area')
            means.append((f * weight).mean(dim=(2, 3), keepdim=True))

        self.decode(self.encode(reduced_for_survey(inputs)), observe=observe)
        return means[::-1]

    def _skip_halves(self, inputs: Tensor) -> list[Tensor]:
        """conv_s(skip) + bias of stages 1 to 5, in float32."""
        inputs = inputs.to(dtype=self.dtype, memory_format=torch.channels_last)
        features = list(self.skip(self.encoder(inputs)))
        features[4] = self.context(features[4])
        # From the fine end, where the large features go as soon as they are not needed.
        return [stage.skip_half(features.pop(0)).float() for stage in self.stages]

    def decode(
        self,
        halves: SkipHalves,
        adjust: Callable[[int, Tensor], Tensor] | None = None,
        observe: Callable[[Tensor], None] | None = None,
    ) -> Tensor:
        """The decoder's features of stage 1 (N, C_1, H/2, W/2).

        Args:
            halves (SkipHalves): Its maps are overwritten where no gradient is wanted; without
                ``adjust`` their list is emptied as they are used up.
            adjust (callable, optional): (stage number, its features) -> the features to go on
                with; called for stages 5, 4, 3, 2.
            observe (callable, optional): Gets the features of stages 5 to 1 before their gates.
        """
        maps = halves.maps if adjust is None else list(halves.maps)
        x: Tensor | None = None
        for number in (5, 4, 3, 2, 1):
            x = self.stages[number - 1](maps.pop(), x, halves.unseen[number - 1], observe)
            if adjust is not None and number > 1:
                x = adjust(number, x)
        assert x is not None
        return x

    def raw_alpha(self, image: Tensor, features: Tensor, is_wanted: Tensor | None) -> Tensor:
        """Raw alpha (N, 1, H, W); where it is not wanted it may be 0.

        Args:
            image (Tensor): The network's input (N, 4, H, W).
            features (Tensor): Of stage 1, (N, C_1, H/2, W/2).
            is_wanted (Tensor, optional): (N, 1, H, W), bool. None is everywhere.
        """
        height, width = image.shape[2:]
        if self.partial_head is None or features.shape[2:] != (height / 2, width / 2):
            return self.head(self.fusion(image, features))
        raw = image.new_zeros((len(image), 1, height, width))
        if is_wanted is None:
            is_wanted = torch.ones_like(raw, dtype=torch.bool)
        for i in range(len(image)):
            for rectangle in cover(is_wanted[i, 0]):
                image_half = self.partial_head.image_half(image[i : i + 1], rectangle)
                crop = self.partial_head.crop(features[i : i + 1], rectangle)
                rectangle.of(raw[i]).copy_(
                    self.partial_head.raw_alpha(image_half, crop, rectangle, height, width)[0]
                )
        return raw


def is_local(skip: nn.Module, decoder: LSADecoder) -> bool:
    """Whether a network averages over the image nowhere but in the decoder's gates."""
    return isinstance(skip, IdentitySkip) and isinstance(decoder.context, nn.Identity)


def require_local(skip: nn.Module, decoder: LSADecoder) -> None:
    """Refuses a network that tiles cannot show an image, see :func:`is_local`.

    Raises:
        ValueError: It is one.
    """
    if not is_local(skip, decoder):
        raise ValueError(
            'Tiles need a network that averages over the image in its gates alone: without '
            'ASPPSkip and without pyramid_bins'
        )


class SplitStage:
    """A stage of the decoder whose convolution is split into its skip and its coarse half.

    Args:
        gated (GatedConv): With its batch norm folded in.
        coarse_channels (int): How many of its input channels, the last ones, are the coarser
            stage's; 0 for the coarsest.
        dtype (torch.dtype): Of the skip features.
    """

    def __init__(self, gated: GatedConv, coarse_channels: int, dtype: torch.dtype) -> None:
        skip_channels = gated.conv.in_channels - coarse_channels
        weight = gated.conv.weight
        self.skip_weight = weight[:, :skip_channels].to(dtype, memory_format=torch.channels_last)
        assert gated.conv.bias is not None  # the batch norm's
        self.skip_bias = gated.conv.bias.to(dtype)
        self.gate = gated.gate
        self.coarse_conv = UpsampledConv(weight[:, skip_channels:]) if coarse_channels else None

    def skip_half(self, skip: Tensor) -> Tensor:
        """conv_s(skip) + bias."""
        return F.conv2d(skip, self.skip_weight, self.skip_bias, padding=1)

    def __call__(
        self,
        half: Tensor,
        coarse: Tensor | None,
        unseen: Tensor | float = 0.0,
        observe: Callable[[Tensor], None] | None = None,
    ) -> Tensor:
        """Gated features of this stage.

        Args:
            half (Tensor): The skip half; overwritten, see :meth:`UpsampledConv.add`.
            coarse (Tensor, optional): Features of the coarser stage.
            unseen (Tensor | float): Added to the mean that opens the gate.
            observe (callable, optional): Gets the features before the gate, without gradient.
        """
        if self.coarse_conv is None:
            z = half.clone()
        else:
            assert coarse is not None
            z = self.coarse_conv.add(half, coarse)
        if torch.is_grad_enabled() and z.requires_grad:
            return _GatedRelu.apply(z, self.gate, unseen)
        f = z.relu_()
        if observe is not None:
            observe(f)
        return f.mul_(_openness(f.mean(dim=(2, 3), keepdim=True) + unseen, self.gate))


def _openness(mean: Tensor, gate: nn.Conv2d) -> Tensor:
    """How far each channel's gate is open, 0..1: ReLU6(fc(GAP(f)) + 3) / 6."""
    return F.relu6(gate(mean) + 3) / 6


class _GatedRelu(torch.autograd.Function):
    """ReLU and gate; backward in three passes over the features where autograd takes seven."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, gate: nn.Conv2d, unseen: Tensor | float) -> Tensor:
        f = z.relu_()
        ctx.mean = (f.mean(dim=(2, 3), keepdim=True) + unseen).requires_grad_()
        with torch.enable_grad():
            ctx.openness = _openness(ctx.mean, gate)
        ctx.f = f
        return f * ctx.openness.detach()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        f, openness = ctx.f, ctx.openness
        grad_openness = (grad * f).sum(dim=(2, 3), keepdim=True)
        (grad_mean,) = torch.autograd.grad(openness, ctx.mean, grad_openness)
        pixels = f.shape[2] * f.shape[3]
        grad_f = torch.addcmul(grad_mean / pixels, grad, openness.detach())
        return grad_f.mul_(f > 0), None, None


def _folded(module: Part) -> Part:
    """A copy in evaluation mode, its batch norms folded into the convolutions before them."""
    module = deepcopy(module)
    module.eval()  # mmcls's do not return themselves
    return fuse_conv_bn(module).requires_grad_(False).to(memory_format=torch.channels_last)
