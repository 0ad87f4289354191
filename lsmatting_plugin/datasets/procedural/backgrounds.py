"""Generated backgrounds: scenes and surfaces with photographs' statistics, often out of focus."""

import cv2
import numpy as np

from . import shapes
from .foregrounds import develop, draw_shape, to_uint8
from .layers import Canvas, convolve, disc_kernel, motion_kernel, over
from .materials import clutter, fine_grain, surface
from .noise import colourise, fractal, pixel_grid, warp
from .palettes import draw, draw_any, family, jitter
from .plants import plant
from .strands import grow, strand_width

DEFOCUSED_SHARE = 0.35  # photographers keep the background out of focus about that often
MOVING_SHARE = 0.06
INSERT_SHARE = 0.25  # a second picture behind a smooth border
# Standard deviation of the grey values, 0..1: photographs fill the range (their mean is about 0.2).
CONTRASTS = (0.1, 0.29)
CONTRAST_GAINS = (0.8, 3.0)


def make_background(size: int, rng: np.random.Generator) -> np.ndarray:
    """Generate one background.

    Args:
        size (int): Long side in px; the aspect is drawn.
        rng (np.random.Generator): The only source of randomness.

    Returns:
        np.ndarray: (H, W, 3) uint8 BGR.

    Raises:
        ValueError: ``size`` is too small.
    """
    shape = draw_shape(size, rng)
    image = _draw(shape, rng)
    if rng.random() < INSERT_SHARE:
        share = np.clip(12 * (fractal(shape, rng, size, octaves=2) - rng.uniform(0.4, 0.6)), 0, 1)
        image = image * (1 - share[..., None]) + _draw(shape, rng) * share[..., None]
    image = image * shapes.shadowing(shape, rng, rng.uniform(0, 0.5))[..., None]
    if rng.random() < DEFOCUSED_SHARE:
        image = convolve(image, disc_kernel(size * rng.uniform(0.003, 0.035)))
    elif rng.random() < MOVING_SHARE:
        image = convolve(image, motion_kernel(size * 0.06, rng.uniform(0, np.pi), 0.2))
    else:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.25, 0.6))
    return to_uint8(develop(_expose(image, rng), rng))


def _expose(image, rng):
    """Stretch an image about its mean to a drawn contrast, and move the mean."""
    spread = max(float(image.mean(axis=2).std()), 1e-3)
    gain = np.clip(rng.uniform(*CONTRASTS) / spread, *CONTRAST_GAINS)
    middle = 0.5 * image.mean() + 0.5 * rng.uniform(0.3, 0.65)
    return np.clip(middle + gain * (image - image.mean()), 0, 1).astype(np.float32)


def _draw(shape, rng):
    """One picture before it is photographed."""
    return _SCENES[rng.integers(len(_SCENES))](shape, rng)


def _sky(shape, rng):
    """A gradient towards the horizon, with or without clouds."""
    y, _ = pixel_grid(shape)
    shades = draw(rng, 'sky', 3) if rng.random() < 0.85 else draw(rng, 'night', 3)
    shades = shades[np.argsort(shades.sum(axis=1))]
    haze = fractal(shape, rng, max(shape), octaves=2)
    image = colourise(np.clip(y / shape[0] + 0.15 * (haze - 0.5), 0, 1), shades)
    cover = fractal(shape, rng, max(shape) * rng.uniform(0.2, 0.5), 0.55, stretch=(1.0, 2.0))
    cloud = np.clip((cover - rng.uniform(0.35, 0.9)) * 3, 0, 1)[..., None]
    return image * (1 - cloud) + draw(rng, 'pale')[0] * (0.75 + 0.25 * cover[..., None]) * cloud


def _landscape(shape, rng):
    """Sky, ridges that fade with distance, and ground whose texture shrinks with distance."""
    h, w = shape
    image = _sky(shape, rng)
    y, x = pixel_grid(shape)
    horizon = h * rng.uniform(0.3, 0.75)
    haze = image[int(horizon) - 1].mean(axis=0)
    count = int(rng.integers(1, 5))
    for i in range(count):
        near = (i + 1) / count
        ridge = fractal((1, w), rng, w * rng.uniform(0.1, 0.5), rng.uniform(0.35, 0.6))[0]
        top = horizon - h * rng.uniform(0.05, 0.3) * (1 - 0.6 * near) * (ridge * 1.5 - 0.3)
        cover = np.clip(y - top[None] + 0.5, 0, 1)[..., None]
        palette = str(rng.choice(['foliage', 'earth', 'stone', 'autumn']))
        rough = colourise(fractal(shape, rng, 0.1 * w, 0.65), family(rng, palette))
        image = image * (1 - cover) + (rough * near + haze * (1 - near)) * cover
    soil = str(rng.choice(['foliage', 'earth', 'stone', 'autumn', 'pale']))
    if rng.random() < 0.7:
        ground = colourise(fractal(shape, rng, 0.1 * w, rng.uniform(0.5, 0.9)), family(rng, soil))
    else:
        ground = surface(shape, rng, soil)
    # perspective: the row at depth d below the horizon shows ground at distance 1 / d
    depth = np.clip((y - horizon) / (h - horizon + 1), 0.02, 1)
    u = (x - w / 2) / (0.4 + depth) + w / 2
    v = h * (1 - 0.35 * np.log(1 / depth))
    flat = cv2.remap(
        ground, u, v.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    cover = np.clip(y - horizon - 0.06 * h * rng.random(), 0, 1)[..., None]
    return image * (1 - cover) + flat * cover


def _perspective(image, rng, strength=0.25):
    """Look at a wall from the side: a random homography that still fills the picture."""
    h, w = image.shape[:2]
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    inside = rng.uniform(0, strength, (4, 2)) * (w, h) * [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    matrix = cv2.getPerspectiveTransform(corners + inside.astype(np.float32), corners)
    return cv2.warpPerspective(image, matrix, (w, h), flags=cv2.INTER_LINEAR)


def _masonry(shape, rng):
    """Bricks, tiles, planks: rows of pieces of varying tone between darker or paler joints."""
    tall = max(shape) * rng.uniform(0.03, 0.16)
    wide = tall * rng.choice([1.0, 2.2, 12.0])
    y, x = pixel_grid(shape)
    if rng.random() < 0.4:
        y, x = x, y
    row = np.floor(y / tall)
    offset = rng.choice([0.0, 0.5, 0.37])
    column = np.floor(x / wide + offset * row)
    piece = ((row * 7919 + column * 104729) % 997).astype(int)
    pieces = str(rng.choice(['earth', 'stone', 'wood', 'autumn', 'pale']))
    colours = jitter(family(rng, pieces, 997, hue=5), rng, value=0.1)[rng.permutation(997)][piece]
    along = (1.0, 10.0) if rng.random() < 0.5 else (1.0, 1.0)
    rough = fractal(shape, rng, tall, 0.7, stretch=along)
    joint = max(tall * rng.uniform(0.02, 0.1), 1.0)
    to_edge = np.minimum(np.abs(y - np.round(y / tall) * tall), wide / 8)
    side = (x / wide + offset * row) % 1
    to_edge = np.minimum(to_edge, np.minimum(side, 1 - side) * wide)
    is_piece = np.clip(to_edge - joint / 2 + 0.5, 0, 1)[..., None]
    relief = shapes.lighting(tall * 0.15 * is_piece[..., 0] + 0.12 * tall * rough, rng)
    mortar = draw(rng, 'stone')[0] * rng.uniform(0.4, 1.1)
    image = colours * is_piece + mortar * (1 - is_piece)
    image = image * ((0.7 + 0.6 * rough) * relief)[..., None]
    return np.clip(_perspective(warp(image.astype(np.float32), rng, max(shape) / 2, 2), rng), 0, 1)


def _boxes(canvas, rng, box, rows, columns, colours, margin):
    """A regular array of rectangles inside ``box`` (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) / columns, (y1 - y0) / rows
    for r in range(rows):
        for c in range(columns):
            left, top = x0 + (c + margin) * dx, y0 + (r + margin) * dy
            right, bottom = x0 + (c + 1 - margin) * dx, y0 + (r + 1 - margin) * dy
            corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
            canvas.polygon(np.array(corners), colours[rng.integers(len(colours))])


def _city(shape, rng):
    """Facades with rows of windows in front of a sky, by day or by night."""
    h, w = shape
    canvas = Canvas(shape)
    lit = family(rng, str(rng.choice(['night', 'sky', 'stone', 'neon'])), 8)
    for _ in range(int(rng.integers(3, 12))):
        left, wide = w * rng.uniform(-0.2, 0.9), w * rng.uniform(0.12, 0.5)
        top = h * rng.uniform(-0.1, 0.6)
        wall = draw(rng, str(rng.choice(['stone', 'earth', 'pale'])))[0] * rng.uniform(0.5, 1)
        box = (left, top, left + wide, h * 1.02)
        _boxes(canvas, rng, box, 1, 1, wall[None], 0)
        margin = rng.uniform(0.1, 0.3)
        rows, columns = rng.integers(4, 16), rng.integers(2, 9)
        _boxes(canvas, rng, box, int(rows), int(columns), jitter(lit, rng), margin)
    layer = canvas.layer()
    rough = fine_grain(shape, rng)[..., None]
    image = (layer[..., :3] + _sky(shape, rng) * (1 - layer[..., 3:])) * rough
    return np.clip(_perspective(image.astype(np.float32), rng), 0, 1)


def _room(shape, rng):
    """A wall and a floor with furniture-like boxes, shelves of things and a bright window."""
    h, w = shape
    y, _ = pixel_grid(shape)
    floor = h * rng.uniform(0.6, 0.9)
    is_floor = np.clip(y - floor, 0, 1)[..., None]
    wall = surface(shape, rng, str(rng.choice(['pale', 'stone', 'earth', 'wood'])))
    wall = 0.25 * wall + 0.75 * wall.mean(axis=(0, 1))
    image = wall * (1 - is_floor) + surface(shape, rng, 'wood') * is_floor
    canvas = Canvas(shape)
    for _ in range(int(rng.integers(2, 7))):
        x0, y0 = w * rng.uniform(-0.1, 0.85), h * rng.uniform(0.02, 0.7)
        box = (x0, y0, x0 + w * rng.uniform(0.1, 0.5), y0 + h * rng.uniform(0.1, 0.5))
        frame = jitter(draw(rng, str(rng.choice(['wood', 'stone', 'pale']))), rng)
        _boxes(canvas, rng, box, 1, 1, frame, 0)
        rows, columns = int(rng.integers(1, 4)), int(rng.integers(1, 14))
        things = draw_any(rng, 12) if rng.random() < 0.7 else np.full((1, 3), 0.95)
        _boxes(canvas, rng, box, rows, columns, things, rng.uniform(0.04, 0.12))
    layer = canvas.layer()
    furniture = layer[..., :3] * (fine_grain(shape, rng) * shapes.shadowing(shape, rng))[..., None]
    image = furniture + image * (1 - layer[..., 3:])
    return np.clip(_perspective(image.astype(np.float32), rng, 0.15), 0, 1)


def _clutter(shape, rng):
    """Occluding shapes of all sizes in two families of colours."""
    return clutter(shape, rng, np.concatenate([family(rng), family(rng)]))


def _bokeh(shape, rng):
    """Lights far out of focus: bright discs that add up over a dark soft ground."""
    h, w = shape
    size = max(shape)
    ground = colourise(fractal(shape, rng, size / 2, octaves=3), family(rng, 'night'))
    if rng.random() < 0.4:
        ground = colourise(fractal(shape, rng, size / 2, octaves=3), family(rng))
    lights = str(rng.choice(['neon', 'autumn', 'pale']))
    radius = size * rng.uniform(0.01, 0.05)
    image = ground
    for _ in range(int(rng.integers(1, 4))):
        canvas = Canvas(shape)
        for colour in draw(rng, lights, int(rng.integers(8, 40))):
            own = radius * rng.uniform(0.6, 1.3)
            centre = (w * rng.random(), h * np.clip(rng.normal(0.5, 0.25), 0, 1))
            canvas.polygon(shapes.ellipse(centre, (own, own)), colour)
        image = image + rng.uniform(0.25, 0.7) * canvas.layer()[..., :3]
    return np.clip(cv2.GaussianBlur(image, (0, 0), max(0.1 * radius, 0.5)), 0, 1)


def _foliage(shape, rng):
    """Bushes behind bushes, light or dark between the leaves."""
    if rng.random() < 0.4:
        gaps = _sky(shape, rng)
    else:
        gaps = colourise(fractal(shape, rng, max(shape) / 4), family(rng, 'foliage') * 0.5)
    layers: list[np.ndarray] = [
        np.concatenate([gaps, np.ones((*shape, 1))], axis=-1, dtype=np.float32)
    ]
    for _ in range(int(rng.integers(2, 4))):
        layer = plant(shape, rng)
        turns = int(rng.integers(4))
        turned = cv2.resize(np.rot90(layer, turns), shape[::-1], interpolation=cv2.INTER_LINEAR)
        layers.append(turned)
    return over(*layers)[..., :3]


def _meadow(shape, rng):
    """Grass, reed or fur all over, longer towards the viewer."""
    h, w = shape
    canvas = Canvas(shape)
    n = int(rng.integers(1200, 3000))
    depth = np.sort(rng.random(n))
    roots = np.stack([rng.uniform(-0.05, 1.05, n) * w, h * (1.15 * depth + 0.02)], axis=-1)
    lengths = max(shape) * (0.03 + rng.uniform(0.08, 0.3) * depth)
    angles = rng.normal(-np.pi / 2, rng.uniform(0.2, 0.7), n)
    blades = grow(roots, angles, lengths, rng, 8, bend=0.7, pull=(rng.normal(0, 0.5), 0.3))
    palette = str(rng.choice(['foliage', 'foliage', 'autumn', 'earth', 'fur']))
    shades = family(rng, palette)
    colours = jitter(shades[rng.integers(4, size=n)], rng) * (0.5 + 0.5 * depth[:, None])
    widths = strand_width(shape) * (0.6 + 3 * depth) * rng.uniform(0.5, 1.2)
    canvas.strands(blades, 0.5 * colours, 1.2 * colours, widths)
    layer = canvas.layer()
    soil = colourise(fractal(shape, rng, max(shape) / 6), shades * 0.6)
    far = _sky(shape, rng) if rng.random() < 0.5 else soil
    y, _ = pixel_grid(shape)
    share = np.clip((y / h - 0.12) * 12, 0, 1)[..., None]
    return layer[..., :3] + (far * (1 - share) + soil * share) * (1 - layer[..., 3:])


def _water(shape, rng):
    """Ripples or caustics: filaments of light stretched along the horizon."""
    along = (1.0, rng.uniform(1, 4))
    cell = max(shape) * rng.uniform(0.05, 0.25)
    ripples = fractal(shape, rng, cell, 0.55, stretch=along, ridged=rng.random() < 0.6)
    shades = np.concatenate([family(rng, 'sky', 3) * 0.7, draw(rng, 'pale')])
    return colourise(warp(ripples, rng, cell * 2, cell / 3) ** rng.uniform(1, 2.5), shades)


# What has the most edges comes twice: beside it, the others are easy backgrounds.
_SCENES = (
    _landscape, _landscape, _city, _room, _masonry, _masonry, _clutter, _clutter, _bokeh, _foliage,
    _meadow, _water, surface,
)  # fmt: skip
