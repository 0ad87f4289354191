"""What light passes through: smoke, clouds, fire; glass, plastic film."""

import cv2
import numpy as np

from . import shapes
from .layers import Canvas, fade, make_layer, over, shade
from .materials import surface
from .noise import Shape, colourise, fractal, pixel_grid, warp
from .palettes import draw, draw_any, family


def smoke(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Smoke, steam, cloud or fire; opaque (255) in its densest parts, mostly.

    Density d is fractal noise inside an envelope; a path of that density covers 1 - exp(-k d).
    """
    size = max(shape)
    ridged = rng.random() < 0.4
    detail = fractal(shape, rng, size * rng.uniform(0.15, 0.4), 0.55, ridged=ridged)
    detail = warp(detail, rng, size * 0.3, size * rng.uniform(0.03, 0.12))
    detail = warp(detail, rng, size * 0.08, size * rng.uniform(0.0, 0.03))
    envelope = (_puff if rng.random() < 0.6 else _column)(shape, rng)
    envelope = warp(envelope, rng, size * 0.2, size * rng.uniform(0.03, 0.1))
    density = np.clip(1.3 * envelope + 0.9 * (detail - 0.5) - 0.25, 0, None) * (envelope > 0)
    coverage = 1 - np.exp(-rng.uniform(1.5, 9) * density)
    coverage = np.clip(1.02 * coverage - 0.005, 0, 1)  # so that dense smoke reaches 255
    billows = cv2.GaussianBlur(density, (0, 0), size * 0.012)
    light = shapes.lighting(size * rng.uniform(0.05, 0.2) * billows, rng, ambient=0.75)
    if rng.random() < 0.2:  # fire: hotter, brighter where denser
        heat = np.clip(density + 0.4 * (detail - 0.5), 0, 1)
        return make_layer(colourise(heat, _FLAMES), coverage)
    palette = rng.choice(['pale', 'pale', 'stone', 'night', 'flower'])
    shades = family(rng, str(palette), hue=6)
    tone = fractal(shape, rng, size / 2, octaves=4)
    return shade(make_layer(colourise(tone, shades), coverage), light)


_FLAMES = np.array(
    [[0.05, 0.1, 0.5], [0.05, 0.35, 0.95], [0.2, 0.7, 1], [0.6, 0.92, 1], [0.9, 1, 1]], np.float32
)


def _puff(shape, rng):
    """A few overlapping soft balls, 0..1."""
    h, w = shape
    y, x = pixel_grid(shape)
    envelope = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(3, 12))):
        radius = max(shape) * rng.uniform(0.08, 0.32)
        cy, cx = h * rng.uniform(0.3, 0.7), w * rng.uniform(0.25, 0.75)
        envelope = np.maximum(envelope, 1 - ((y - cy) ** 2 + (x - cx) ** 2) / radius**2)
    return np.clip(envelope, 0, 1)


def _column(shape, rng):
    """A plume that rises from below, widens and drifts, 0..1."""
    h, w = shape
    y, x = pixel_grid(shape)
    t = 1 - y / h
    drift = rng.normal(0, 0.3) * t**2 + 0.06 * np.sin(t * rng.uniform(3, 9) + rng.uniform(0, 6))
    half = w * (rng.uniform(0.05, 0.12) + rng.uniform(0.1, 0.35) * t)
    middle = w * (rng.uniform(0.35, 0.65) + drift)
    fading = np.clip((rng.uniform(0.75, 1.3) - t) * 3, 0, 1)
    return np.clip(1 - ((x - middle) / half) ** 2, 0, 1) * fading


def glass(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A glass vessel or bulb, or crumpled plastic film."""
    return (_vessel if rng.random() < 0.65 else _film)(shape, rng)


def _profile(rng, steps=120):
    """Relative half widths of a turned vessel from its top (0) to its foot (1)."""
    t = np.linspace(0, 1, steps)
    form = rng.choice(['bottle', 'goblet', 'bulb', 'vase', 'tumbler'])
    knots = {
        'bottle': ([0, 0.25, 0.45, 0.95, 1], [0.25, 0.25, 0.8, 0.8, 0.7]),
        'goblet': ([0, 0.2, 0.45, 0.55, 0.6, 0.9, 1], [0.6, 0.75, 0.6, 0.2, 0.08, 0.08, 0.6]),
        'bulb': ([0, 0.1, 0.35, 0.65, 0.8, 1], [0.05, 0.6, 0.95, 0.6, 0.38, 0.35]),
        'vase': ([0, 0.15, 0.5, 0.85, 1], [0.5, 0.35, 0.75, 0.55, 0.45]),
        'tumbler': ([0, 0.5, 1], [0.7, 0.65, 0.55]),
    }[str(form)]
    widths = np.interp(t, knots[0], np.array(knots[1]) * rng.uniform(0.9, 1.1, len(knots[1])))
    smooth = widths
    for _ in range(2):
        smooth = np.convolve(np.pad(smooth, 8, mode='edge'), np.ones(17) / 17, mode='valid')
    return t, smooth, str(form)


def _vessel(shape, rng):
    """A turned glass body: faint walls, dense rims, reflections; a solid cap or base, a filling."""
    h, w = shape
    t, profile, form = _profile(rng)
    height, half = h * rng.uniform(0.7, 0.88), w * rng.uniform(0.24, 0.4)
    top, middle = h * rng.uniform(0.04, 0.1), w * rng.uniform(0.42, 0.58)
    y, x = pixel_grid(shape)
    level = (y - top) / height
    edge = np.maximum(half * np.interp(level, t, profile), 1.0)
    across = (x - middle) / edge
    outline = np.concatenate(
        [
            np.stack([middle - half * profile, top + height * t], axis=-1),
            np.stack([middle + half * profile, top + height * t], axis=-1)[::-1],
        ]
    )
    body = shapes.mask(shape, outline)
    # a wall seen at a grazing angle is thicker and reflects more: 1 / cos of the surface's angle
    grazing = 1 / np.sqrt(np.maximum(1 - np.minimum(np.abs(across), 1) ** 2, 0.004))
    wall = rng.uniform(0.05, 0.28)
    coverage = np.clip(1 - (1 - wall) ** grazing, 0, 0.95)
    uneven = fractal(shape, rng, max(shape) / 5, stretch=(4.0, 1.0))
    coverage = coverage * (0.5 + uneven)
    tint = draw_any(rng)[0] if rng.random() < 0.5 else draw(rng, 'pale')[0]
    rim_dark = np.clip(np.abs(across), 0, 1)[..., None] ** 4 * rng.uniform(0.2, 0.9)
    layers = [make_layer(tint * (1 - rim_dark), coverage * body)]
    if form != 'bulb' and rng.random() < 0.5:
        layers.insert(0, _filling(shape, level, across, body, rng))
    if form == 'bulb':
        layers.insert(0, _filament(shape, middle, half, top, height, rng))
    layers.append(_reflections(shape, middle, half, top, height, profile, rng))
    if form in ('bottle', 'bulb') or rng.random() < 0.5:
        layers.append(_fitting(shape, level, body, form, rng))
    return over(*layers)


def _filling(shape, level, across, body, rng):
    """Coloured liquid up to a surface, cloudy or clear."""
    surface_level = rng.uniform(0.25, 0.6)
    liquid = np.clip((level - surface_level) * max(shape) * 0.5, 0, 1) * body
    liquid = liquid * (np.abs(across) < 0.93)
    opacity = rng.uniform(0.35, 1.0)
    tone = 0.7 + 0.5 * fractal(shape, rng, max(shape) / 3)
    return make_layer(draw_any(rng)[0] * tone[..., None], cv2.blur(liquid, (3, 3)) * opacity)


def _filament(shape, middle, half, top, height, rng):
    """The stem and wires inside a light bulb."""
    canvas = Canvas(shape)
    grey = draw(rng, 'stone')[0]
    y0, y1 = top + 0.75 * height, top + rng.uniform(0.3, 0.45) * height
    spread = half * rng.uniform(0.2, 0.4)
    for side in (-1, 1):
        points = np.array([[middle, y0], [middle + 0.4 * side * spread, (y0 + y1) / 2]])
        points = np.concatenate([points, [[middle + side * spread, y1]]])
        canvas.line(points, grey, 0.03 * half)
    x = np.linspace(-spread, spread, 40)
    coil = np.stack([middle + x, y1 + 0.05 * half * np.sin(np.arange(40) * 1.5)], axis=-1)
    canvas.line(coil, draw(rng, 'autumn')[0], 0.025 * half)
    return canvas.layer()


def _reflections(shape, middle, half, top, height, profile, rng):
    """Bright streaks and window-like patches that follow the vessel's sides."""
    layers = []
    steps = len(profile)
    for _ in range(int(rng.integers(3, 9))):
        canvas = Canvas(shape)
        a = int(rng.uniform(0.03, 0.75) * steps)
        b = min(steps - 1, a + int(rng.uniform(0.06, 0.4) * steps))
        rows = np.arange(a, b + 1)
        y = top + height * rows / (steps - 1)
        left = rng.uniform(-0.93, 0.85)
        right = left + rng.uniform(0.015, 0.14)
        outline = np.concatenate(
            [
                np.stack([middle + half * left * profile[rows], y], axis=-1),
                np.stack([middle + half * right * profile[rows], y], axis=-1)[::-1],
            ]
        )
        canvas.polygon(outline, draw(rng, 'pale')[0])
        soft = cv2.GaussianBlur(canvas.layer(), (0, 0), max(shape) * rng.uniform(0.001, 0.012))
        layers.append(fade(soft, rng.uniform(0.25, 1)))
    return over(*layers)


def _fitting(shape, level, body, form, rng):
    """The opaque part: a bottle's cap or label, a bulb's socket, a base."""
    if form == 'bulb':
        low, high = 0.78, 1.0
    elif form == 'bottle' and rng.random() < 0.6:
        low, high = -0.02, rng.uniform(0.08, 0.2)
    else:
        low = rng.uniform(0.5, 0.7)
        high = low + rng.uniform(0.12, 0.28)
    edge = max(shape) * 0.7
    part = np.clip((level - low) * edge, 0, 1) * np.clip((high - level) * edge, 0, 1) * body
    light = shapes.lighting(shapes.swollen(part), rng, gloss=0.3)
    return make_layer(surface(shape, rng) * light[..., None], part)


def _film(shape, rng):
    """Plastic film: thin, with creases that catch the light, often round some content."""
    h, w = shape
    size = max(shape)
    centre = (w * rng.uniform(0.42, 0.58), h * rng.uniform(0.42, 0.58))
    sheet = shapes.mask(shape, shapes.blob(centre, size * rng.uniform(0.28, 0.4), rng, 0.35, 200))
    creases = fractal(shape, rng, size * rng.uniform(0.1, 0.25), 0.6, ridged=True)
    creases = warp(creases, rng, size / 4, size * 0.05)
    thickness = rng.uniform(0.08, 0.4)
    rim = np.clip(1 - cv2.GaussianBlur(sheet, (0, 0), size * 0.012), 0, 1)
    coverage = np.clip(thickness + 0.75 * creases**3 + 0.9 * rim, 0, 0.96)
    height = size * 0.1 * creases
    light = shapes.lighting(height, rng, ambient=0.5, gloss=0.8)
    tint = draw(rng, 'pale')[0] if rng.random() < 0.6 else draw_any(rng)[0]
    film = shade(make_layer(tint, coverage * sheet), light)
    glints = np.clip((light - 1.25) * 2, 0, 1) * sheet
    film = over(film, make_layer(np.ones(3), glints))
    if rng.random() < 0.7:
        content = shapes.mask(shape, shapes.blob(centre, size * rng.uniform(0.12, 0.24), rng))
        inside = shapes.lighting(shapes.swollen(content), rng)
        return over(make_layer(surface(shape, rng) * inside[..., None], content), film)
    return film
