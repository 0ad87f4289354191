"""Backpropagating refinement as it is described (DESIGN 5.6), without a thought for speed."""

import torch
import torch.nn.functional as F

from lsmatting_plugin.models.decoder import join


def refine(model, inputs, steps=100, lr=20.0, preserve_weight=0.1, log=None):
    """Alpha (1, 1, H, W) of one framed input (1, 4, H, W).

    Runs the whole decoder in each step, with gradients for all its parameters, as the plain
    formulation does. ``log`` is a list that gets (total, edge, preserve) of every forward.
    """
    decoder = model.decoder
    with torch.no_grad():
        skips = model.skip(model.encoder(inputs))
    widths = [getattr(decoder, f'stage{i}').conv.out_channels for i in (2, 3, 4, 5)]
    adjustments = [
        torch.zeros(2, 1, width, 2 ** (8 - i), 2 ** (8 - i), requires_grad=True)
        for i, width in zip((2, 3, 4, 5), widths, strict=True)
    ]
    trimap = inputs[:, 3:]
    is_fg, is_bg = (trimap > 0.75).float(), (trimap < 0.25).float()
    is_unknown = 1 - is_fg - is_bg
    kernel = torch.ones(1, 1, 3, 3)
    kernel[..., 1, 1] = -8
    at_fg = is_unknown * (F.conv2d(is_fg, kernel, padding=1).abs() > 0)
    at_bg = is_unknown * (F.conv2d(is_bg, kernel, padding=1).abs() > 0)

    first = None
    for step in range(steps):
        with torch.enable_grad():
            x = adjusted(decoder.stage5(decoder.context(skips[4])), adjustments[3])
            x = adjusted(decoder.stage4(join(skips[3], x)), adjustments[2])
            x = adjusted(decoder.stage3(join(skips[2], x)), adjustments[1])
            x = adjusted(decoder.stage2(join(skips[1], x)), adjustments[0])
            x = decoder.stage1(join(skips[0], x))
            raw = decoder.head(decoder.fusion(inputs, x))
            alpha = raw.clamp(0, 1)
            first = raw.detach() if first is None else first
            edge = (((1 - alpha) ** 2 * at_fg).sum() + (alpha**2 * at_bg).sum()) / (
                at_fg.sum() + 0.1 + at_bg.sum() + 0.1
            )
            preserve = ((alpha - first).abs() * is_unknown).sum() / is_unknown.sum()
            total = edge + preserve_weight * preserve**2
            if log is not None:
                log.append((total.item(), edge.item(), preserve.item()))
            if step < steps - 1:
                total.backward()
        if step < steps - 1:
            for adjustment in adjustments:
                adjustment.data -= lr * adjustment.grad
                adjustment.grad = None
            decoder.zero_grad()
    return alpha.detach()


def adjusted(features, adjustment):
    """Features f become f * exp(A') + B'."""
    scale, shift = (
        F.interpolate(part, size=features.shape[2:], mode='bicubic', align_corners=False)
        for part in adjustment
    )
    return features * scale.exp() + shift
