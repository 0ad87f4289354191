"""Nets, lace, veils, wicker and wire: regular structures with holes."""

import numpy as np

from . import shapes
from .layers import Canvas, make_layer, over, shade
from .materials import folds, surface
from .noise import Shape, fractal, pixel_grid, wavy_axis
from .palettes import draw_any, family, jitter


def net(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Something full of regular holes, most often with a solid hem, frame or content."""
    forms = (_rope_net, _lace, _veil, _wicker)
    return forms[rng.integers(len(forms))](shape, rng)


def _cloth_outline(shape, rng):
    """A piece of cloth or netting: a lumpy rectangle that may hang out of the picture."""
    h, w = shape
    centre = (w * rng.uniform(0.4, 0.6), h * rng.uniform(0.4, 0.6))
    axes = np.array([w, h]) * rng.uniform(0.32, 0.5, 2)
    outline = shapes.superellipse(centre, axes, rng.uniform(2.5, 9), rng.normal(0, 0.25), 160)
    t = np.linspace(0, 2 * np.pi, len(outline), endpoint=False)
    ripple = 1 + 0.03 * np.sin(t * rng.integers(5, 16) + rng.uniform(0, 6))
    return (outline - centre) * ripple[:, None] + centre


def _hem(shape, outline, rng, width):
    """The solid border of a piece of cloth."""
    canvas = Canvas(shape)
    canvas.line(np.concatenate([outline, outline[:2]]), np.ones(3), width)
    coverage = canvas.layer()[..., 3]
    light = shapes.lighting(shapes.swollen(coverage, 0.02), rng)
    return make_layer(surface(shape, rng) * light[..., None], coverage)


def _content(shape, rng):
    """A solid thing behind or inside a net, textured and lit."""
    h, w = shape
    centre = (w * rng.uniform(0.35, 0.65), h * rng.uniform(0.45, 0.75))
    coverage = shapes.mask(shape, shapes.blob(centre, max(shape) * rng.uniform(0.14, 0.26), rng))
    light = shapes.lighting(shapes.swollen(coverage), rng, gloss=rng.uniform(0, 0.4))
    return make_layer(surface(shape, rng) * light[..., None], coverage)


def _rope_net(shape, rng):
    """Crossing ropes or wires, bent together, each rope shaded across."""
    period = max(shape) * rng.uniform(0.025, 0.09)
    rope = np.clip(period * rng.uniform(0.06, 0.22), 1.2, None)
    angle = rng.choice([0, np.pi / 4]) + rng.normal(0, 0.1)
    waviness = rng.uniform(0.02, 0.25)
    coverage, bulge = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for turn in (0, rng.uniform(1.1, 1.6)):
        axis = wavy_axis(shape, rng, angle + turn, waviness)
        speed = np.hypot(*np.gradient(axis))
        distance = np.abs((axis + period / 2) % period - period / 2) / np.maximum(speed, 0.2)
        # the pixel's box covers a straight rope of this half width by a linear ramp at its edge
        coverage = np.maximum(coverage, np.clip(rope / 2 + 0.5 - distance, 0, 1))
        bulge = np.maximum(bulge, 1 - distance / rope)
    outline = _cloth_outline(shape, rng)
    colours = surface(shape, rng) * np.clip(0.4 + 0.8 * bulge, 0, 1.2)[..., None]
    ropes = make_layer(colours, coverage * shapes.mask(shape, outline))
    hem = _hem(shape, outline, rng, 2.5 * rope)
    return over(*([_content(shape, rng)] if rng.random() < 0.7 else []), ropes, hem)


def _lace(shape, rng):
    """Embroidered motifs, opaque, on a sheer ground with fine round holes."""
    size = max(shape)
    period = size * rng.uniform(0.05, 0.16)
    waviness = rng.uniform(0.0, 0.1)
    angle = rng.uniform(0, np.pi)
    u = 2 * np.pi * wavy_axis(shape, rng, angle, waviness) / period
    v = 2 * np.pi * wavy_axis(shape, rng, angle + np.pi / 2, waviness) / period
    petals = rng.integers(3, 8)
    radius = np.hypot(np.sin(u / 2), np.sin(v / 2))
    turn = np.arctan2(np.sin(v / 2), np.sin(u / 2))
    motif = np.cos(u) * np.cos(v) + 0.5 * np.cos(petals * turn) * (1 - radius)
    motif += 0.5 * np.cos(rng.integers(2, 5) * u) * np.cos(rng.integers(2, 5) * v)
    motif += 0.6 * (fractal(shape, rng, period, octaves=2) - 0.5)
    slope = np.hypot(*np.gradient(motif)) + 1e-3
    thick = np.clip(0.5 + (motif - rng.uniform(-0.3, 0.5)) / slope, 0, 1)
    mesh = max(size * rng.uniform(0.008, 0.02), 3.0)
    holes = np.cos(u * period / mesh) * np.cos(v * period / mesh)
    ground = np.clip(0.5 + 2 * (rng.uniform(0.0, 0.4) - holes), 0, 1) * rng.uniform(0.3, 1)
    outline = _cloth_outline(shape, rng)
    coverage = np.maximum(thick, ground) * shapes.mask(shape, outline)
    height = folds(shape, rng, size * rng.uniform(0.02, 0.08)) + 0.8 * thick
    cloth = make_layer(_cloth_colours(shape, rng), coverage)
    cloth = shade(cloth, shapes.lighting(height, rng, ambient=0.5))
    return over(*([_content(shape, rng)] if rng.random() < 0.4 else []), cloth)


def _cloth_colours(shape, rng):
    """Mottled white, black or coloured thread."""
    palette = rng.choice(['pale', 'pale', 'night', 'flower', 'none'])
    shades = draw_any(rng, 2) if palette == 'none' else family(rng, str(palette), 2)
    tone = fractal(shape, rng, max(shape) / 3)[..., None]
    return shades[0] * (1 - tone) + shades[1] * tone


def _veil(shape, rng):
    """Sheer folded cloth: where the folds turn edge-on, it covers more."""
    size = max(shape)
    height = folds(shape, rng, size * rng.uniform(0.05, 0.2))
    height += 0.06 * size * fractal(shape, rng, size / 3, octaves=4)
    steep = np.hypot(*np.gradient(height))
    sheer = rng.uniform(0.15, 0.5)
    # light passes through a film of transmission 1 - sheer, sqrt(1 + slope^2) times as thick
    coverage = 1 - (1 - sheer) ** np.sqrt(1 + (rng.uniform(2, 5) * steep) ** 2)
    outline = _cloth_outline(shape, rng)
    cloth = make_layer(_cloth_colours(shape, rng), coverage * shapes.mask(shape, outline))
    cloth = shade(cloth, shapes.lighting(height, rng, ambient=0.6, gloss=0.2))
    hem = _hem(shape, outline, rng, size * rng.uniform(0.01, 0.03))
    return over(*([_content(shape, rng)] if rng.random() < 0.6 else []), cloth, hem)


def _wicker(shape, rng):
    """A ball or nest of bent canes that let the background through between them."""
    h, w = shape
    size = max(shape)
    radius = size * rng.uniform(0.28, 0.42)
    centre = np.array([w, h]) * rng.uniform(0.45, 0.55, 2)
    shades = family(rng, str(rng.choice(['wood', 'earth', 'autumn', 'stone', 'neon'])))
    t = np.linspace(0, 2 * np.pi, 48)
    width = size * rng.uniform(0.006, 0.03)
    canvas = Canvas(shape)
    for i in range(count := int(rng.integers(18, 60))):
        # a circle on the ball at distance off * radius from its centre, seen as an ellipse
        tilt, off = rng.uniform(-1, 1), rng.uniform(-0.8, 0.8)
        own = radius * np.sqrt(1 - off**2) * rng.uniform(0.9, 1.0)
        x, y = own * np.cos(t), own * tilt * np.sin(t) + radius * off * np.sqrt(1 - tilt**2)
        circle = np.stack([x, y], axis=-1)
        wobble = 0.02 * radius * np.sin(3 * t + rng.uniform(0, 6))[:, None]
        cane = shapes.turned(circle + wobble, rng.uniform(0, np.pi), centre)
        colour = jitter(shades[rng.integers(4)][None], rng)[0] * (0.5 + 0.5 * i / count)
        canvas.line(cane, colour * 0.45, 1.3 * width)
        canvas.line(cane, colour, width)
        canvas.line(cane - 0.2 * width, np.clip(colour * 1.3, 0, 1), 0.3 * width)
    layer = canvas.layer()
    y, x = pixel_grid(shape)
    dome = 1.15 - 0.5 * np.clip(np.hypot(y - centre[1], x - centre[0]) / radius, 0, 1) ** 2
    return shade(layer, dome * shapes.shadowing(shape, rng, 0.3))
