"""The encoder's part of a large image, tile by tile, for a decoder that sees the whole of it.

A tile goes through the encoder with ``OVERLAP`` pixels of its surroundings, of which only what the
decoder needs is kept (:class:`.SkipHalves`, a tenth of what the encoder holds at work). The decoder
then runs once over the image. So its gates, which open by averages over all of an image, see what
they would have seen without tiles, and no seams arise that would have to be blended.

Tiles out of whose reach nothing is wanted are left out where that saves time. Their share of the
averages is then taken from the image at two thirds of its size.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .rectangle import Rectangle

STRIDE = 32  # pixels; of the coarsest stage, on whose grid all tiles begin
# Pixels. The paper's encoder could see 247 px far, but hardly does: with a trained network mattes
# by tiles differ from those of the whole by 0.007 / 255 on average at 64 px, by 0.001 at 96.
OVERLAP = 96
# Pixels that alpha sees through the decoder: 3 by the head, 2 by its upsampling, and one of each
# stage's convolution of coarser features, 2 + 4 + 8 + 16, so that tiles may end there.
DECODER_REACH = 35
SURVEY_SCALE = 2 / 3
# The survey costs 4/9 of a run over the image, and the tiles left out at least this share of one.
WORTH_SKIPPING = 0.5


def choose_tiles(
    height: int, width: int, side: int, is_wanted: Tensor | None = None
) -> tuple[list[Rectangle], Tensor | None]:
    """The tiles of an image that are to be encoded.

    Args:
        height (int): Of the image, pixels.
        width (int): Of the image, pixels.
        side (int): Of a tile, pixels.
        is_wanted (Tensor, optional): (1, 1, H, W), bool: where alpha is. None is everywhere.

    Returns:
        list[Rectangle]: The tiles.
        Tensor | None: (1, 1, H, W), bool: what they leave out; None if that is nothing.
    """
    tiles = grid(height, width, side)
    if is_wanted is None:
        return tiles, None
    near = [tile for tile in tiles if tile.grown(DECODER_REACH, height, width).of(is_wanted).any()]
    if not near or sum(map(_area, near)) > (1 - WORTH_SKIPPING) * height * width:
        return tiles, None
    is_left_out = torch.ones_like(is_wanted)
    for tile in near:
        tile.of(is_left_out).fill_(False)
    return near, is_left_out


def encode_tiles(
    encode: Callable[[Tensor], list[Tensor]], inputs: Tensor, tiles: list[Rectangle]
) -> list[Tensor]:
    """The maps of :class:`.SkipHalves` of one image.

    Args:
        encode (callable): Inputs (1, C, h, w) -> maps of stages 1 to 5, strides 2 to 32.
        inputs (Tensor): The network's input (1, C, H, W).
        tiles (list[Rectangle]): Of :func:`choose_tiles`.

    Returns:
        list[Tensor]: The maps, -inf where there is no tile.
    """
    height, width = inputs.shape[2:]
    maps: list[Tensor] = []
    for tile in tiles:
        seen = tile.grown(OVERLAP, height, width)
        parts = encode(seen.of(inputs))
        maps = maps or [_empty_map(part, height, width, i) for i, part in enumerate(parts, start=1)]
        for number, (whole, part) in enumerate(zip(maps, parts, strict=True), start=1):
            kept = tile.reduced(2**number)
            kept.of(whole).copy_(kept.within(seen.reduced(2**number)).of(part))
    return maps


def reduced_for_survey(inputs: Tensor) -> Tensor:
    """Inputs (1, C, H, W) at ``SURVEY_SCALE``; the trimap's values stay as they are."""
    size = [max(round(side * SURVEY_SCALE / STRIDE), 1) * STRIDE for side in inputs.shape[2:]]
    averaged = F.interpolate(inputs, size=size, mode='area')
    averaged[:, 3:4] = F.interpolate(inputs[:, 3:4], size=size, mode='nearest')
    return averaged


def grid(height: int, width: int, side: int) -> list[Rectangle]:
    """Tiles of nearly equal sides, none above ``side``, that make up an image."""
    rows, columns = _cuts(height, side), _cuts(width, side)
    return [Rectangle(*row, *column) for row in rows for column in columns]


def _cuts(length: int, side: int) -> list[tuple[int, int]]:
    """Begin and end of each tile along one axis; all but the last end are on the stride's grid."""
    count = -(-length // max(side // STRIDE * STRIDE, STRIDE))
    step = -(-length // (count * STRIDE)) * STRIDE
    return [(begin, min(begin + step, length)) for begin in range(0, length, step)]


def _area(tile: Rectangle) -> int:
    return (tile.bottom - tile.top) * (tile.right - tile.left)


def _empty_map(part: Tensor, height: int, width: int, number: int) -> Tensor:
    """The map of a whole image of which no tile has been encoded yet."""
    height, width = (-(-side // 2**number) for side in (height, width))
    channels_last = part.new_full((1, height, width, part.shape[1]), float('-inf'))
    return channels_last.permute(0, 3, 1, 2)
