"""The frame that the paper puts round an image before the network sees it (section 5.5)."""

import torch
from torch import Tensor


def reflect_index(length: int, before: int, after: int, device: torch.device) -> Tensor:
    """Indices that extend 0..length-1 by reflection without repeating the border.

    Unlike torch's own reflection padding it may extend by more than ``length``: the image is then
    mirrored again and again.

    Returns:
        Tensor: (before + length + after,), each in 0..length-1.
    """
    position = torch.arange(-before, length + after, device=device)
    if length == 1:
        return torch.zeros_like(position)
    period = 2 * (length - 1)
    position = position.remainder(period)
    return torch.minimum(position, period - position)


def reflect_pad(x: Tensor, left: int, right: int, top: int, bottom: int) -> Tensor:
    """Pads (..., H, W) by reflection, by any number of pixels."""
    height, width = x.shape[-2:]
    rows = reflect_index(height, top, bottom, x.device)
    columns = reflect_index(width, left, right, x.device)
    return x.index_select(-2, rows).index_select(-1, columns)


def add_frame(x: Tensor, zero: Tensor, divisor: int, reflected: int, zeros: int) -> Tensor:
    """Frames the network's input as the paper does.

    Right and bottom are reflected up to a multiple of ``divisor``; then all sides get
    ``reflected`` pixels of reflection and ``zeros`` pixels of black, unmarked background.

    Args:
        x (Tensor): Network input (N, C, H, W).
        zero (Tensor): (1, C, 1, 1), what a raw value of 0 is after normalisation.
        divisor (int): Sides become a multiple of it before the margins.
        reflected (int): Width of the reflected margin, pixels.
        zeros (int): Width of the black margin, pixels.

    Returns:
        Tensor: (N, C, H', W'); the image begins at pixel (reflected + zeros, reflected + zeros).
    """
    height, width = x.shape[-2:]
    x = reflect_pad(x, 0, -width % divisor, 0, -height % divisor)
    x = reflect_pad(x, reflected, reflected, reflected, reflected)
    framed = zero.to(x).expand(*x.shape[:2], x.shape[2] + 2 * zeros, x.shape[3] + 2 * zeros).clone()
    framed[..., zeros : zeros + x.shape[2], zeros : zeros + x.shape[3]] = x
    return framed
