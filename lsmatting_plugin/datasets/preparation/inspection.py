"""What a single image file of a data set holds, as far as a check needs it."""

from typing import NamedTuple

import numpy as np

from ...image_decoding import upright
from ...trimap import BG, FG, UNKNOWN
from .manifest import pixel_checksum
from .reading import channels_of, read_8_bits, read_whole

COLOUR, ALPHA, TRIMAP = 'colour', 'alpha', 'trimap'
# By so much, of 255, an alpha may differ from what its trimap calls known. Trimaps that came with
# Adobe Image Matting and alphamatting.com stay below in all but a few pixels.
TOLERANCE = 2


class Inspection(NamedTuple):
    """Facts on one file.

    Attributes:
        error (str): Why it cannot be read; empty if it can, and only then the rest means anything.
        shape (tuple[int, int]): Height and width, pixels, upright.
        checksum (str): SHA-256 of its pixels (BGR, or grey of mattes and trimaps).
        low, high (int): Of alphas, the smallest and largest value.
        num_soft (int): Of alphas, pixels between 0 and 255.
        spread (int): Of alphas and trimaps, the largest difference between channels.
        has_transparency (bool): Of alphas and trimaps, whether there is a further channel.
        num_unknown (int): Of trimaps, pixels other than 0 and 255.
        num_odd (int): Of trimaps, pixels other than 0, 128 and 255.
        num_contradictions (int): Of trimaps, known pixels whose alpha differs by more than
            ``TOLERANCE``.
    """

    error: str = ''
    shape: tuple[int, int] = (0, 0)
    checksum: str = ''
    low: int = 0
    high: int = 0
    num_soft: int = 0
    spread: int = 0
    has_transparency: bool = False
    num_unknown: int = 0
    num_odd: int = 0
    num_contradictions: int = 0

    @property
    def num_pixels(self) -> int:
        """Height times width."""
        return self.shape[0] * self.shape[1]

    @property
    def soft_share(self) -> float:
        """Of alphas, the share of soft pixels, 0..1."""
        return self.num_soft / self.num_pixels


def inspect_image(kind: str, path: str, alpha_path: str | None = None) -> Inspection:
    """Decodes a file completely and looks at its pixels.

    Args:
        kind (str): ``COLOUR``, ``ALPHA`` or ``TRIMAP``.
        path (str): The file.
        alpha_path (str, optional): The alpha that a trimap must agree with.

    Returns:
        Inspection: Also of a file that is broken.
    """
    try:
        if kind == COLOUR:
            return _of_colours(path)
        grey, facts = _of_grey(path)
    except (OSError, ValueError) as error:
        return Inspection(error=str(error))
    is_soft = (grey > BG) & (grey < FG)
    if kind == ALPHA:
        low, high = int(grey.min()), int(grey.max())
        return facts._replace(low=low, high=high, num_soft=int(np.count_nonzero(is_soft)))
    return facts._replace(
        num_unknown=int(np.count_nonzero(is_soft)),
        num_odd=int(np.count_nonzero(is_soft & (grey != UNKNOWN))),
        num_contradictions=_contradictions(grey, alpha_path),
    )


def _of_colours(path: str) -> Inspection:
    rgb = np.asarray(upright(read_whole(path)).convert('RGB'))
    return Inspection(shape=rgb.shape[:2], checksum=pixel_checksum(rgb[..., ::-1]))


def _of_grey(path: str) -> tuple[np.ndarray, Inspection]:
    """The first channel, uint8 (H, W), and what concerns the channels."""
    image = upright(read_8_bits(path))  # as the data sets' pipelines see it
    has_transparency = 'A' in image.getbands() or 'transparency' in image.info
    channels = channels_of(image)
    first = np.ascontiguousarray(channels[..., 0])
    spread = int((channels.max(axis=2) - channels.min(axis=2)).max())
    return first, Inspection(
        shape=first.shape,
        checksum=pixel_checksum(first),
        spread=spread,
        has_transparency=has_transparency,
    )


def _contradictions(trimap: np.ndarray, alpha_path: str | None) -> int:
    try:
        alpha = _of_grey(alpha_path)[0] if alpha_path else None
    except (OSError, ValueError):
        return 0  # told of with the alpha itself
    if alpha is None or alpha.shape != trimap.shape:
        return 0
    is_too_low = (trimap == FG) & (alpha < 255 - TOLERANCE)
    return int(np.count_nonzero(is_too_low | ((trimap == BG) & (alpha > TOLERANCE))))
