"""The network in a form that can be recorded once and then holds for images of every size."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from warnings import catch_warnings, filterwarnings

import torch
import torch.nn.functional as F
from mmcv.cnn import fuse_conv_bn
from torch import Tensor, nn

from ..models import LSAMattor
from ..models.fusion import FlowAlignedFusion

EXAMPLE_SIZE = (2, 64, 96)  # two images, height unlike width: nothing that could be mixed up


class PlainNetwork(nn.Module):
    """Encoder, skip and decoder of a mattor, in evaluation mode and float32, on the CPU.

    Args:
        model (LSAMattor): Stays as it is; this is a copy.

    Input:
        inputs (N, C, H, W): normalised colours, trimap / 255 and, with a guide, that / 255.
    Output:
        Raw alpha (N, 1, H, W), not clamped.
    """

    def __init__(self, model: LSAMattor) -> None:
        super().__init__()
        self.num_channels = model.data_preprocessor.num_channels
        parts = (model.encoder, model.skip, model.decoder)
        self.encoder, self.skip, self.decoder = (_independent(part) for part in parts)
        self.eval()

    def forward(self, inputs: Tensor) -> Tensor:
        """Raw alpha."""
        features = self.encoder(inputs)
        features = self.skip(features)
        return self.decoder(inputs, features)


def traceable(network: PlainNetwork) -> PlainNetwork:
    """A copy of equal function whose record does not depend on the size that it was made with.

    Batch norms are folded into the convolutions before them; layers that put the example's size
    into the record are exchanged for ones that do not.
    """
    network = fuse_conv_bn(deepcopy(network))
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.AdaptiveAvgPool2d):
                setattr(parent, name, TraceableAveragePool(child.output_size))
            elif isinstance(child, FlowAlignedFusion):
                setattr(parent, name, TraceableFlowAlignedFusion(child))
    # Folding made new parameters, which would want gradients.
    return network.eval().requires_grad_(False)


def example_input(network: PlainNetwork) -> Tensor:
    """An input to record the network with."""
    number, height, width = EXAMPLE_SIZE
    return torch.zeros(number, network.num_channels, height, width)


@contextmanager
def quiet_tracing() -> Iterator[None]:
    """Tracing without talk about the tracer's age; a warning that the record is wrong is an error.

    Raises:
        ValueError: The network does what a record cannot hold.
    """
    try:
        with catch_warnings():
            filterwarnings('error', category=torch.jit.TracerWarning)
            filterwarnings('error', r'Exporting to ONNX opset version \d+ is not supported')
            # The successors of both tracers fail on some of the layers, or on all of older torch.
            filterwarnings('ignore', r'`torch\.jit\.\w+` is (deprecated|not supported)')
            filterwarnings('ignore', r'You are using the legacy TorchScript-based ONNX export')
            filterwarnings('ignore', r'The feature will be removed', module=r'torch\.onnx')
            yield
    except Exception as error:  # torch's exporters raise whatever they come across
        raise ValueError(f'This network cannot be exported: {_reason(error)}') from error


class TraceableAveragePool(nn.Module):
    """Adaptive average pooling as two matrix products, for any size of input.

    Cell i of s, on a side of n pixels, is the mean of the pixels floor(i n / s) to
    ceil((i + 1) n / s) - 1.

    Args:
        output_size (int | tuple[int, int]): Cells per column and row.

    Raises:
        ValueError: A side of the output is None, which is that of the input.

    Input:
        x (N, C, H, W).
    Output:
        (N, C, *output_size).
    """

    row: Tensor
    column: Tensor

    def __init__(self, output_size: int | tuple[int | None, int | None] | None) -> None:
        super().__init__()
        sides = output_size if isinstance(output_size, tuple) else (output_size, output_size)
        rows, columns = sides
        if rows is None or columns is None:
            raise ValueError('an average pooling that keeps a side cannot be recorded')
        self.register_buffer('row', torch.arange(rows).float()[:, None])
        self.register_buffer('column', torch.arange(columns).float()[:, None])

    def forward(self, x: Tensor) -> Tensor:
        """P_rows x P_columns^T."""
        vertical = _cell_weights(self.row, _positions(x[0, 0, :, 0]))
        horizontal = _cell_weights(self.column, _positions(x[0, 0, 0]))
        return vertical @ x @ horizontal.t()


class TraceableFlowAlignedFusion(FlowAlignedFusion):
    """:class:`FlowAlignedFusion` whose warp does not keep the size it first saw.

    Args:
        fusion (FlowAlignedFusion): Its convolutions are taken over.
    """

    def __init__(self, fusion: FlowAlignedFusion) -> None:
        nn.Module.__init__(self)
        self.out_channels = fusion.out_channels
        for name, conv in fusion.named_children():
            self.add_module(name, conv)

    def warp(self, features: Tensor, flow: Tensor) -> Tensor:
        """As :func:`.warp`, but with each of the flow's two parts divided on its own."""
        x = _pixel_centres(flow[0, 0, 0]) + flow[:, 0] / flow.shape[3]
        y = _pixel_centres(flow[0, 0, :, 0])[:, None] + flow[:, 1] / flow.shape[2]
        grid = torch.stack([x, y], dim=-1)
        return F.grid_sample(
            features, grid, mode='bilinear', padding_mode='border', align_corners=False
        )


def _reason(error: BaseException) -> str:
    """The first line of what happened first."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).partition('\n')[0] or type(error).__name__


def _independent(part: nn.Module) -> nn.Module:
    return deepcopy(part).to('cpu', torch.float32).requires_grad_(False)


def _positions(line: Tensor) -> Tensor:
    """0, 1, 2, ... as long as the line.

    A running sum, because a record of torch.arange also holds the device it was made on.
    """
    return torch.ones_like(line).cumsum(0) - 1


def _pixel_centres(line: Tensor) -> Tensor:
    """Those of n pixels in grid_sample's coordinates, -1..1 over the image: (2 j + 1) / n - 1."""
    return (2 * _positions(line) + 1) / line.shape[0] - 1


def _cell_weights(cell: Tensor, position: Tensor) -> Tensor:
    """What each pixel counts in each cell: cell (s, 1), position (n,) -> (s, n)."""
    cells, pixels = cell.shape[0], position.shape[0]
    # floor(i n / s) <= p < ceil((i + 1) n / s), without divisions that could round.
    is_after_begin = cell * pixels < (position + 1) * cells
    is_before_end = position * cells < (cell + 1) * pixels
    is_within = (is_after_begin & is_before_end).to(position.dtype)
    return is_within / is_within.sum(dim=1, keepdim=True)
