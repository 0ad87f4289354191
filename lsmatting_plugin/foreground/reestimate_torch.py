"""The foreground solver on tensors, for a GPU."""

import torch
import torch.nn.functional as F
from torch import Tensor


def reestimate_tensor(
    fg: Tensor, alpha: Tensor, kappa: float, num_scales: int, base_iterations: int
) -> Tensor:
    """Solves as :func:`~lsmatting_plugin.foreground.reestimate_foreground` does, on fg's device.

    Args:
        fg (Tensor): uint8 (H, W, 3).
        alpha (Tensor): uint8 (H, W).
        kappa (float): As there, like the next two.
        num_scales (int): Scales.
        base_iterations (int): Sweeps at full size.

    Returns:
        Tensor: uint8 (H, W, 3).
    """
    height, width = alpha.shape
    full_colours = fg.permute(2, 0, 1)[None].float() / 255
    full_matte = alpha[None, None].float() / 255
    full_image = full_matte * full_colours
    colours = full_colours
    for scale in reversed(range(num_scales)):
        size = (height >> scale, width >> scale)
        if min(size) < 1:
            continue
        matte, image, colours = (_resize(x, size) for x in (full_matte, full_image, colours))
        colours = _sweep(colours, image, matte, kappa, base_iterations * 2**scale)
    return (colours[0].clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).contiguous()


def _resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(x, size=size, mode='bilinear', align_corners=False)


def _sweep(colours: Tensor, image: Tensor, alpha: Tensor, kappa: float, iterations: int) -> Tensor:
    """Jacobi sweeps of (1, 3, h, w), alpha (1, 1, h, w)."""
    q = (1 - alpha) ** 2
    weights = [kappa * (q + neighbour) for neighbour in _neighbours(q)]
    # F <- (a I + k sum_n (q + q_n) F_n) / (a^2 + 4 k q + k sum_n q_n)
    denominator = alpha**2 + sum(weights)
    constant = alpha * image / denominator
    weights = [weight / denominator for weight in weights]
    for _ in range(iterations):
        smoothed = constant.clone()
        for weight, neighbour in zip(weights, _neighbours(colours), strict=True):
            smoothed.addcmul_(weight, neighbour)
        colours = smoothed
    return colours


def _neighbours(x: Tensor) -> list[Tensor]:
    """The values above, below, left and right of each pixel, reflected outside."""
    return [neighbour for axis in (-2, -1) for neighbour in _before_and_after(x, axis)]


def _before_and_after(x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    length = x.shape[axis]
    second, last_but_one = min(1, length - 1), max(length - 2, 0)
    before = torch.cat([x.narrow(axis, second, 1), x.narrow(axis, 0, length - 1)], dim=axis)
    after = torch.cat([x.narrow(axis, 1, length - 1), x.narrow(axis, last_but_one, 1)], dim=axis)
    return before, after
