"""Surface textures: cloth, wood, stone, print, clutter; (H, W, 3) float32 BGR in 0..1."""

import cv2
import numpy as np

from . import shapes
from .noise import Shape, colourise, fractal, warp, wavy_axis
from .palettes import draw_any, family, jitter


def mottled(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Stone, skin, plaster, leather: fractal mixtures of the colours."""
    cell = max(shape) * rng.uniform(0.03, 0.5)
    return colourise(fractal(shape, rng, cell, persistence=rng.uniform(0.45, 0.75)), colours)


def striped(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Stripes, straight or flowing, of unequal widths and soft or sharp borders."""
    period = max(shape) * rng.uniform(0.02, 0.15)
    axis = wavy_axis(shape, rng, rng.uniform(0, np.pi), rng.choice([0.0, 0.1, 0.4]))
    phase = axis / period
    band = np.sin(2 * np.pi * phase) + 0.5 * np.sin(2 * np.pi * phase / 3.7 + 1)
    return colourise(np.clip(0.5 + rng.uniform(0.4, 4) * band, 0, 1), colours)


def checked(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Plaid: two crossing sets of translucent stripes."""
    period = max(shape) * rng.uniform(0.03, 0.12)
    angle, bend = rng.uniform(0, np.pi), rng.choice([0.02, 0.1])
    crossing = np.zeros(shape, np.float32)
    for turn in (0, np.pi / 2):
        phase = wavy_axis(shape, rng, angle + turn, bend) / period
        crossing += np.clip(0.5 + 3 * np.sin(2 * np.pi * phase), 0, 1)
    return colourise(crossing / 2, colours)


def spotted(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Spots and patches with clear borders, as on coats, shells and prints."""
    patches = fractal(shape, rng, max(shape) * rng.uniform(0.04, 0.2), octaves=2)
    steps = np.clip((patches - rng.uniform(0.35, 0.65)) * rng.uniform(6, 40) + 0.5, 0, 1)
    fine = fractal(shape, rng, max(shape) * 0.05)
    return colourise(0.8 * steps + 0.2 * fine, colours)


def grained(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Wood or brushed fibres: noise drawn out along one direction, with rings."""
    along = (12.0, 1.0) if rng.random() < 0.5 else (1.0, 12.0)
    fibres = fractal(shape, rng, max(shape) * 0.03, persistence=0.7, stretch=along)
    rings = fractal(shape, rng, max(shape) * 0.2, octaves=2, stretch=along)
    return colourise(np.clip(0.5 * fibres + 0.5 * (rings * 6 % 1), 0, 1), colours)


def woven(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Knitwear, wicker or canvas: a fine lattice of shaded loops over mottled colour."""
    period = max(3.0, max(shape) * rng.uniform(0.008, 0.035))
    angle = rng.uniform(0, np.pi)
    u = wavy_axis(shape, rng, angle, 0.05) / period
    v = wavy_axis(shape, rng, angle + np.pi / 2, 0.05) / period
    loops = np.abs(np.sin(np.pi * u)) * np.abs(np.sin(np.pi * (v + 0.5 * np.floor(u))))
    return mottled(shape, rng, colours) * (0.55 + 0.6 * loops[..., None])


def clutter(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Dead leaves: shapes of all sizes occlude one another, which gives photographs' edges.

    Radii follow the power law with exponent -3 under which the picture looks the same at every
    scale (Lee, Mumford and Huang, 2001). Each shape is cut from a texture of its own colour,
    position and contrast.
    """
    h, w = shape
    count, scale = int(rng.integers(120, 700)), 2
    smallest = rng.uniform(0.008, 0.04) * max(shape)
    largest = rng.uniform(0.15, 0.4) * max(shape)
    portion = rng.random(count)
    radii = 1 / np.sqrt(portion / smallest**2 + (1 - portion) / largest**2)
    centres = rng.uniform((0, 0), (w, h), (count, 2))
    form = rng.choice(['blob', 'box', 'leaf', 'mixed'])
    owner = np.zeros((h * scale, w * scale), np.int32)
    for i, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        outline = _clutter_outline(form, centre, radius, rng)
        cv2.fillPoly(owner, [np.rint(outline * scale).astype(np.int32)], i + 1)

    many = count + 1
    palette = jitter(colours[rng.integers(len(colours), size=many)], rng, value=0.3, hue=10)
    is_odd = rng.random((many, 1)) < rng.uniform(0, 0.3)
    palette = np.where(is_odd, draw_any(rng, many), palette)
    grey = fractal(owner.shape, rng, 0.1 * max(shape) * scale, persistence=0.65) - 0.5
    y, x = np.mgrid[: h * scale, : w * scale]
    shift = rng.integers(0, min(h, w), (many, 2))
    texture = grey[(y + shift[owner, 0]) % grey.shape[0], (x + shift[owner, 1]) % grey.shape[1]]
    contrast = rng.gamma(1.5, 0.35, many).astype(np.float32)
    # each shape is lit from one side: a linear ramp across it
    slope = rng.normal(0, 0.35, (many, 2)) / np.concatenate([[largest], radii])[:, None]
    middle = np.concatenate([[[w / 2, h / 2]], centres])
    offset = -(slope * middle).sum(axis=1)
    ramp = slope[owner, 0] * x / scale + slope[owner, 1] * y / scale + offset[owner]
    light = 1 + contrast[owner] * texture + np.clip(ramp, -0.6, 0.6)
    image = (palette[owner] * light[..., None]).astype(np.float32)
    return cv2.resize(np.clip(image, 0, 1), (w, h), interpolation=cv2.INTER_AREA)


def _clutter_outline(form, centre, radius, rng):
    """One shape of the dead-leaves model."""
    kind = rng.choice(['blob', 'box', 'leaf']) if form == 'mixed' else form
    angle = rng.uniform(0, 2 * np.pi)
    if kind == 'box':
        upright = rng.normal(0, 0.08)
        axes = radius * np.exp(rng.normal(0, 0.5, 2))
        return shapes.superellipse(centre, axes, 12, upright, points=32)
    if kind == 'leaf':
        start = centre - radius * np.array([np.cos(angle), np.sin(angle)])
        return shapes.leaf(
            start, angle, 2 * radius, radius * rng.uniform(0.4, 1.3), 1.3, rng.normal(0, 0.6)
        )[0]
    return shapes.blob(centre, radius, rng, lumps=0.3, points=32)


def blurred_patches(shape: Shape, rng: np.random.Generator, colours: np.ndarray) -> np.ndarray:
    """Large soft patches: plain cloth, painted metal, plastic."""
    soft = colourise(fractal(shape, rng, max(shape), persistence=0.3, octaves=3), colours)
    return 0.5 * soft + 0.5 * soft.mean(axis=(0, 1))


MATERIALS = (
    mottled,
    striped,
    checked,
    spotted,
    grained,
    woven,
    clutter,
    blurred_patches,
)


def surface(shape: Shape, rng: np.random.Generator, palette: str | None = None) -> np.ndarray:
    """A random material in colours of ``palette`` (None: any), dented, lit and grainy."""
    material = MATERIALS[rng.integers(len(MATERIALS))]
    image = material(shape, rng, family(rng, palette))
    if rng.random() < 0.3:
        image = warp(image, rng, max(shape) / 4, max(shape) * 0.06)
    return image * fine_grain(shape, rng)[..., None]


def fine_grain(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A factor (H, W) about 1: the small roughness that nearly every real surface shows."""
    strength = rng.uniform(0.02, 0.22)
    return 1 + strength * (fractal(shape, rng, max(shape) * 0.02, persistence=0.8) - 0.5)


def folds(shape: Shape, rng: np.random.Generator, depth: float) -> np.ndarray:
    """Height map (H, W), 0..``depth`` px, of hanging cloth: ridges along the fall.

    Args:
        shape (tuple[int, int]): (H, W).
        rng (np.random.Generator): Source of randomness.
        depth (float): Height of the deepest fold, px.
    """
    size = max(shape)
    hanging = fractal(shape, rng, size * rng.uniform(0.08, 0.25), 0.5, (5.0, 1.0), octaves=4)
    return depth * warp(hanging, rng, size / 2, 0.12 * size)
