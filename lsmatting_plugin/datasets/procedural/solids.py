"""Solid things with crisp edges, thin parts and holes; the same out of focus or in motion."""

import cv2
import numpy as np

from . import shapes
from .layers import Canvas, convolve, disc_kernel, make_layer, motion_kernel, over, shade
from .materials import surface
from .noise import Shape
from .palettes import family, jitter
from .strands import bezier


def solid(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A thing put together from textured parts, some with holes, and thin rods or cables."""
    layers = []
    if rng.random() < 0.6:
        layers.append(_rods(shape, rng))
    layers += [
        _part(shape, rng, scale) for scale in sorted(rng.uniform(0.45, 1, rng.integers(2, 6)))[::-1]
    ]
    if rng.random() < 0.4:
        layers.append(_rods(shape, rng))
    return shade(over(*layers), shapes.shadowing(shape, rng, 0.35))


def _outline(centre, radius, rng):
    """The outline of one part: round, boxy, toothed or free-form."""
    angle = rng.uniform(0, np.pi)
    form = rng.choice(['blob', 'box', 'round', 'star', 'polygon'])
    if form == 'blob':
        return shapes.blob(centre, radius, rng, lumps=0.35)
    if form == 'box':
        axes = radius * rng.uniform(0.5, 1.2, 2)
        return shapes.superellipse(centre, axes, rng.uniform(3, 20), rng.normal(0, 0.3))
    if form == 'round':
        return shapes.ellipse(centre, radius * rng.uniform(0.6, 1.1, 2), angle)
    if form == 'star':
        return shapes.star(centre, radius, int(rng.integers(5, 26)), rng.uniform(0.1, 0.6), angle)
    corners = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
    circle = np.stack([np.cos(corners), np.sin(corners)], axis=-1)
    return np.asarray(centre) + radius * circle


def _part(shape, rng, scale):
    """One lit, textured part; now and then pierced."""
    h, w = shape
    radius = 0.28 * scale * max(shape)
    centre = (w * rng.uniform(0.3, 0.7), h * rng.uniform(0.3, 0.75))
    coverage = shapes.mask(shape, _outline(centre, radius, rng))
    if rng.random() < 0.35:
        holes = [
            _outline(np.asarray(centre) + rng.normal(0, 0.4 * radius, 2), 0.22 * radius, rng)
            for _ in range(int(rng.integers(1, 6)))
        ]
        coverage = coverage * (1 - shapes.mask(shape, *holes))
    roundness = rng.uniform(0.01, 0.12)
    light = shapes.lighting(
        shapes.swollen(coverage, roundness), rng, ambient=0.5, gloss=rng.choice([0.0, 0.3, 0.7])
    )
    return make_layer(surface(shape, rng) * light[..., None], coverage)


def _rods(shape, rng):
    """Spokes, cables, handles: thin curves of constant or tapering width."""
    h, w = shape
    size = max(shape)
    canvas = Canvas(shape)
    n = int(rng.integers(2, 14))
    start = np.array([w, h]) * rng.uniform(0.35, 0.65, 2)
    ends = start + size * rng.uniform(-0.45, 0.45, (n, 2))
    bow = size * rng.choice([0.0, 0.05, 0.2])
    inner = start + (ends - start) * 0.35 + rng.normal(0, 1, (n, 2)) * bow
    outer = start + (ends - start) * 0.7 + rng.normal(0, 1, (n, 2)) * bow
    curves = bezier(np.stack([np.repeat(start[None], n, axis=0), inner, outer, ends], axis=1), 24)
    colours = jitter(family(rng, count=n), rng)
    width = size * rng.uniform(0.003, 0.025)
    for curve, colour in zip(curves, colours, strict=True):
        canvas.line(curve, colour * 0.6, width)
        canvas.line(curve - 0.15 * width, np.clip(colour * 1.2, 0, 1), 0.45 * width)
    if rng.random() < 0.5:
        canvas.line(shapes.ellipse(tuple(start), (0.3 * size,) * 2), colours[0], width)
    return canvas.layer()


def smeared(layer: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A layer as a camera blurs it: out of focus, or moving while the shutter is open.

    In half of the cases the blur grows from nothing across the picture, as when only a part of a
    thing moves or lies outside the depth of field.
    """
    size = max(layer.shape[:2])
    if rng.random() < 0.5:
        kernel = disc_kernel(size * rng.uniform(0.006, 0.035))
    else:
        kernel = motion_kernel(
            size * rng.uniform(0.02, 0.11), rng.uniform(0, np.pi), rng.normal(0, 0.6)
        )
    blurred = convolve(layer, kernel)
    if rng.random() < 0.5:
        return blurred
    h, w = layer.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    ramp = np.linspace(-1, 1, w)[None] * np.cos(angle) + np.linspace(-1, 1, h)[:, None] * np.sin(
        angle
    )
    share = np.clip(0.5 + 1.2 * ramp, 0, 1).astype(np.float32)
    half_sharp = cv2.GaussianBlur(layer, (0, 0), 1 + 0.004 * size)
    # sharp -> slightly blurred -> fully blurred, so that no double edge shows between the two
    first, second = np.clip(2 * share, 0, 1)[..., None], np.clip(2 * share - 1, 0, 1)[..., None]
    partly = layer * (1 - first) + half_sharp * first
    return partly * (1 - second) + blurred * second


def blurred(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A solid thing with defocused or motion-blurred edges."""
    return smeared(solid(shape, rng), rng)
