"""Fur on an animal-like or plush body."""

import numpy as np

from . import shapes
from .layers import Canvas, make_layer, over, shade
from .noise import Shape, fractal, stretch_to_unit
from .palettes import family, jitter
from .strands import fineness, grow, strand_width

FUR_SPACING = 4.2  # px from root to root at a long side of REFERENCE_SIDE
HAIRS_PER_ROOT = 2


def fur(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """An animal or plush body covered with short dense hairs."""
    size = max(shape)
    outlines, eyes = _animal(shape, rng)
    body = shapes.mask(shape, *outlines)
    height = shapes.swollen(body, 0.12)
    length = size * rng.uniform(0.018, 0.085)
    shades = family(rng, 'fur' if rng.random() < 0.88 else None)
    roots, angles = _fur_roots(shape, body, height, length, rng)
    coat = _coat(shape, shades, rng)
    light = shapes.lighting(height, rng, ambient=0.6) * shapes.shadowing(shape, rng, 0.3)
    lengths = length * rng.gamma(6, 1 / 6, len(roots))
    curl = rng.choice([0.0, 0.2, 1.2])
    strands = grow(roots, angles, lengths, rng, steps=7, bend=0.6, curl=curl, pull=(0, 0.25))
    canvas = Canvas(shape)
    x, y = np.clip(np.rint(roots).astype(int), 0, [shape[1] - 1, shape[0] - 1]).T
    own = jitter(coat[y, x], rng, value=rng.uniform(0.08, 0.25), hue=3)
    widths = strand_width(shape) * rng.uniform(0.6, 1.4, len(roots)) * rng.uniform(0.8, 1.4)
    canvas.strands(strands, own * rng.uniform(0.55, 0.85), own * rng.uniform(1, 1.3), widths)
    layer = over(make_layer(coat * 0.6, body), canvas.layer())
    features = Canvas(shape)
    for centre, radius in eyes:
        features.polygon(shapes.ellipse(centre, (radius, radius)), np.full(3, 0.04))
        features.polygon(
            shapes.ellipse(
                (centre[0] - 0.3 * radius, centre[1] - 0.4 * radius), (0.3 * radius,) * 2
            ),
            np.full(3, 0.85),
        )
    return over(shade(layer, light), features.layer())


def _animal(shape, rng):
    """Outlines of body, head, ears and limbs, and eyes as (centre, radius)."""
    h, w = shape
    unit = max(shape)
    centre = np.array([w * rng.uniform(0.35, 0.65), h * rng.uniform(0.6, 0.8)])
    body = unit * rng.uniform(0.22, 0.34)
    outlines = [shapes.blob(centre, body, rng, lumps=0.15)]
    head_radius = body * rng.uniform(0.45, 0.75)
    heading = rng.uniform(-2.4, -0.7)
    head = centre + (body + 0.4 * head_radius) * np.array([np.cos(heading), np.sin(heading)])
    outlines.append(shapes.blob(head, head_radius, rng, lumps=0.1))
    ear = rng.choice(['none', 'round', 'long', 'pointed'])
    sizes = {'round': (0.38, 0.38), 'long': (0.22, 0.85), 'pointed': (0.22, 0.5)}
    for side in (-1, 1):
        if ear != 'none':
            angle = 0.55 * side + rng.normal(0, 0.1)
            axes = np.array(sizes[ear]) * head_radius
            base = head + head_radius * np.array([np.sin(angle), -np.cos(angle)])
            outlines.append(shapes.ellipse(base, axes, angle))
        if rng.random() < 0.6:
            paw = centre + body * np.array([side * rng.uniform(0.5, 0.9), rng.uniform(0.4, 1.0)])
            outlines.append(shapes.blob(paw, body * rng.uniform(0.25, 0.4), rng))
    eyes = []
    if rng.random() < 0.65:
        eye = head_radius * rng.uniform(0.09, 0.16)
        eyes = [(head + head_radius * np.array([0.38 * s, -0.12]), eye) for s in (-1, 1)]
        eyes.append((head + head_radius * np.array([0, 0.3]), 1.5 * eye))
    return outlines, eyes


def _fur_roots(shape, body, height, length, rng):
    """Roots (n, 2) over a body and the hairs' headings (n,): outwards, mixed with a common flow.

    They come in drawing order: hairs whose tips lie outside first, so that a hair covers the roots
    of those it points at.
    """
    h, w = shape
    spacing = FUR_SPACING * fineness(shape)
    y, x = np.mgrid[slice(0, h, spacing), slice(0, w, spacing)]
    roots = np.stack([x.ravel(), y.ravel()], axis=-1) + rng.uniform(0, spacing, (x.size, 2))
    column, row = np.clip(roots.astype(int), 0, [w - 1, h - 1]).T
    inside = body[row, column] > 0.5
    roots, row, column = roots[inside], row[inside], column[inside]
    slope_y, slope_x = np.gradient(height)
    outward = -np.stack([slope_x, slope_y], axis=-1)[row, column]
    swirl = fractal(shape, rng, 0.4 * max(shape), octaves=2)[row, column] - 0.5
    # neighbouring hairs that lean the same way form tufts
    tufts = fractal(shape, rng, rng.uniform(0.5, 1.5) * length, octaves=2)[row, column] - 0.5
    flow = rng.uniform(0, 2 * np.pi) + 2.5 * swirl
    strength = rng.uniform(0.05, 0.5)
    towards = outward + strength * np.stack([np.cos(flow), np.sin(flow)], axis=-1)
    towards[:, 1] += rng.uniform(0, 0.25)
    angles = np.arctan2(towards[:, 1], towards[:, 0]) + rng.uniform(0, 2.5) * tufts
    depth = height[row, column] / length + rng.uniform(0, 1.5, len(roots))
    order = np.repeat(np.argsort(depth), HAIRS_PER_ROOT)
    scatter = rng.normal(0, 0.15 * length, (len(order), 2))
    return roots[order] + scatter, angles[order] + rng.normal(0, rng.uniform(0.12, 0.4), len(order))


def _coat(shape, shades, rng):
    """Colour of the coat at every pixel: plain, patched, striped or spotted."""
    if rng.random() < 0.45:
        tone = fractal(shape, rng, 0.3 * max(shape))[..., None]
        return shades[1] * (1 - tone) + shades[2] * tone
    markings = fractal(shape, rng, max(shape) * rng.uniform(0.06, 0.5), octaves=3)
    contrast = stretch_to_unit(np.tanh(8 * (markings - 0.5)))[..., None]
    return shades[0] * (1 - contrast) + shades[-1] * contrast
