"""Plants: leafy branches and pots, grass, feathers, seed heads."""

import numpy as np

from . import shapes
from .layers import Canvas, convolve, disc_kernel, fade, make_layer, over, shade
from .materials import surface
from .noise import Shape
from .palettes import draw, family, jitter
from .strands import bezier, grow, strand_width, wave


def plant(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A leafy plant that rises from a pot, the lower border or a side, nearer leaves on top."""
    h, w = shape
    size = max(shape)
    palette = rng.choice(['foliage', 'foliage', 'foliage', 'autumn'])
    shades = family(rng, palette)
    start = np.array([w * rng.uniform(0.35, 0.65), h * rng.uniform(0.78, 1.02)])
    stems = _stems(start, size, rng)
    form = {
        'length': size * rng.uniform(0.05, 0.2),
        'slenderness': rng.uniform(0.12, 0.75),
        'fullness': rng.uniform(0.7, 1.8),
        'count': int(rng.integers(8, 26)),
    }
    flowers = draw(rng, 'flower') if rng.random() < 0.3 else None
    depths = []
    for brightness in (0.5, 0.75, 1.0):
        canvas = Canvas(shape)
        for stem in stems[rng.random(len(stems)) < 0.6]:
            _branch(canvas, stem, form, shades * brightness, flowers, rng)
        depths.append(canvas.layer())
    if rng.random() < 0.4:  # the far leaves lie out of focus
        depths[0] = convolve(depths[0], disc_kernel(size * rng.uniform(0.003, 0.012)))
    layers = [*depths]
    if rng.random() < 0.5:
        layers.insert(1, _pot(shape, start, rng))
    return shade(over(*layers), shapes.shadowing(shape, rng, 0.35))


def _stems(start, size, rng):
    """Branches (n, 14, 2) that fan out from where the plant stands."""
    n = int(rng.integers(7, 22))
    reach = size * rng.uniform(0.4, 0.85)
    angles = -np.pi / 2 + rng.normal(0, rng.uniform(0.35, 0.8), n)
    roots = start + rng.normal(0, 0.03 * size, (n, 2))
    droop = (0.0, rng.uniform(-0.3, 1.0))
    lengths = reach * rng.uniform(0.5, 1.1, n)
    return grow(roots, angles, lengths, rng, steps=14, bend=0.6, pull=droop)


def _branch(canvas, stem, form, shades, flowers, rng):
    """A stem with leaves on both sides, and at its tip sometimes a flower."""
    length = form['length'] * rng.uniform(0.7, 1.2)
    wood = jitter(shades[:1] * 0.8, rng)[0]
    canvas.strands(stem[None], wood[None], wood[None], np.array([0.08 * length + 0.6]))
    t = np.sort(rng.uniform(0.15, 1, form['count'])) * (len(stem) - 1)
    at = np.minimum(t.astype(int), len(stem) - 2)
    bases = stem[at] + (stem[at + 1] - stem[at]) * (t - at)[:, None]
    along = np.arctan2(*(stem[at + 1] - stem[at]).T[::-1])
    sides = np.where(np.arange(len(t)) % 2, 1, -1)
    colours = jitter(shades[rng.integers(1, len(shades), len(t))], rng, value=0.2, hue=6)
    for base, heading, side, colour in zip(bases, along, sides, colours, strict=True):
        _leaf(canvas, base, heading + side * rng.uniform(0.4, 1.1), length, form, colour, rng)
    if flowers is not None:
        _flower(canvas, stem[-1], 0.5 * length, flowers, rng)


def _leaf(canvas, base, heading, length, form, colour, rng):
    """A blade in two halves of unequal light with a pale midrib; some seen foreshortened."""
    length = length * rng.uniform(0.55, 1.1)
    width = length * form['slenderness'] * rng.uniform(0.25, 1.0)
    outline, rib = shapes.leaf(base, heading, length, width, form['fullness'], rng.normal(0, 0.5))
    light = rng.uniform(0.8, 1.25)
    canvas.polygon(outline, colour * light)
    lower_half = np.concatenate([rib, outline[len(rib) :]])
    canvas.polygon(lower_half, colour * light * rng.uniform(0.7, 0.92))
    if width > 5:
        canvas.line(rib[:-2], np.clip(colour * 1.35 + 0.05, 0, 1), 0.06 * width)


def _flower(canvas, centre, radius, colours, rng):
    """Petals round a contrasting heart."""
    petals = int(rng.integers(5, 14))
    angles = rng.uniform(0, 2 * np.pi) + np.arange(petals) * 2 * np.pi / petals
    shades = jitter(np.repeat(colours, petals, axis=0), rng)
    for colour, angle in zip(shades, angles, strict=True):
        outline, rib = shapes.leaf(centre, angle, radius, 0.55 * radius, 0.6, rng.normal(0, 0.2))
        canvas.polygon(outline, colour)
        canvas.line(rib[:-3], colour * 0.75, 0.03 * radius)
    canvas.polygon(shapes.ellipse(centre, (0.25 * radius,) * 2), draw(rng, 'autumn')[0])


def _pot(shape, start, rng):
    """A tapering pot below ``start``."""
    size = max(shape)
    top, foot = size * rng.uniform(0.09, 0.18), size * rng.uniform(0.05, 0.1)
    depth = size * rng.uniform(0.15, 0.3)
    y0 = start[1] - 0.04 * size
    corners = np.array([[-top, 0], [top, 0], [foot, depth], [-foot, depth]])
    corners += (start[0], y0)
    coverage = shapes.mask(shape, corners)
    light = shapes.lighting(shapes.swollen(coverage), rng, gloss=rng.uniform(0, 0.4))
    colours = surface(shape, rng, str(rng.choice(['earth', 'autumn', 'stone', 'pale'])))
    return make_layer(colours * light[..., None], coverage)


def feather(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Feathery things, whose edge is all fine fibres: see the four forms."""
    forms = (_plume, _grasses, _seed_head, _thistle)
    return forms[rng.integers(len(forms))](shape, rng)


def _plume(shape, rng):
    """A few bird's feathers: barbs along a bent shaft, split here and there."""
    size = max(shape)
    h, w = shape
    layers = []
    for _ in range(int(rng.integers(1, 4))):
        canvas = Canvas(shape)
        shades = family(rng, str(rng.choice(['fur', 'pale', 'neon', 'stone'])), hue=6)
        angle = rng.uniform(-2.6, -0.5)
        length = size * rng.uniform(0.6, 0.95)
        middle = np.array([w, h]) * rng.uniform(0.4, 0.6, 2)
        base = middle - 0.5 * length * np.array([np.cos(angle), np.sin(angle)])
        shaft = grow(base[None], np.array([angle]), np.array([length]), rng, 40, bend=0.7)[0]
        n = int(rng.integers(700, 1500))
        t = np.sort(rng.uniform(0.12, 0.995, n))[::-1]
        side = rng.choice([-1.0, 1.0], n)
        at = (t * (len(shaft) - 2)).astype(int)
        heading = np.arctan2(*(shaft[at + 1] - shaft[at]).T[::-1])
        heading += side * (0.75 - 0.35 * t)
        split = np.sin(t * rng.uniform(10, 40) + rng.uniform(0, 6)) > rng.uniform(0.7, 1)
        profile = np.sin(np.pi * t ** rng.uniform(0.6, 1.2)) ** 0.5
        barbs = size * rng.uniform(0.06, 0.16) * profile * np.where(split, 0.65, 1)
        downy = 1.2 * np.exp(-10 * t)  # loose down near the base
        heading += rng.normal(0, 0.03, n) + downy * rng.normal(0, 0.5, n)
        part = (t * (len(shaft) - 2) - at)[:, None]
        roots = shaft[at] * (1 - part) + shaft[at + 1] * part
        fibres = grow(roots, heading, barbs, rng, steps=8, bend=0.15)
        bands = 0.5 + 0.5 * np.sin(t * rng.uniform(0, 40))[:, None]
        colours = jitter(shades[0] * (1 - bands) + shades[-1] * bands, rng, value=0.07, hue=2)
        canvas.strands(fibres, colours, colours * 1.05, np.full(n, 1.1 * strand_width(shape)))
        pale = np.minimum(shades[-1:] * 1.3, 1)
        canvas.strands(shaft[None], pale, pale, np.array([0.012 * size]))
        layers.append(canvas.layer())
    return over(*layers)


def _grasses(shape, rng):
    """A tuft of grass or reed with drooping ears."""
    h, w = shape
    size = max(shape)
    layers = []
    shades = family(rng, str(rng.choice(['foliage', 'autumn', 'earth'])))
    ears = rng.random() < 0.6
    for brightness in (0.55, 0.8, 1.0):
        canvas = Canvas(shape)
        n = int(rng.integers(120, 320))
        roots = np.stack([rng.normal(w / 2, 0.18 * w, n), np.full(n, h * 1.02)], axis=-1)
        angles = rng.normal(-np.pi / 2, 0.3, n)
        lengths = size * rng.uniform(0.3, 0.9) * rng.gamma(8, 1 / 8, n)
        blades = grow(roots, angles, lengths, rng, 14, bend=0.7, pull=(rng.normal(0, 0.3), 0.4))
        colours = jitter(shades[rng.integers(len(shades), size=n)], rng) * brightness
        widths = size * rng.uniform(0.004, 0.014) * rng.uniform(0.4, 1, n)
        canvas.strands(blades, 0.7 * colours, 1.15 * colours, widths)
        if ears:
            for blade, colour in zip(blades[:40], colours, strict=False):
                _ear(canvas, blade, colour, 0.05 * size, rng)
        layers.append(canvas.layer())
    ground = np.array(
        [[0, 0.9], [0.3, 0.86], [0.5, 0.8], [0.7, 0.86], [1, 0.9], [1, 1.1], [0, 1.1]]
    )
    soil = make_layer(shades[0] * 0.4, shapes.mask(shape, ground * [w, h]))
    return shade(over(soil, *layers), shapes.shadowing(shape, rng, 0.35))


def _ear(canvas, blade, colour, length, rng):
    """Fine hairs round the upper third of a stalk."""
    n = 24
    at = rng.integers(int(0.66 * len(blade)), len(blade) - 1, n)
    roots = blade[at] + (blade[at + 1] - blade[at]) * rng.random((n, 1))
    along = np.arctan2(*(blade[at + 1] - blade[at]).T[::-1])
    angles = along + rng.choice([-1, 1], n) * rng.uniform(0.2, 0.8, n)
    hairs = grow(roots, angles, length * rng.uniform(0.5, 1, n), rng, steps=5)
    pale = np.repeat(np.minimum(colour * 1.4 + 0.08, 1)[None], n, axis=0)
    canvas.strands(hairs, pale, pale, np.full(n, 0.4))


def _seed_head(shape, rng):
    """A dandelion: a ball of stalks, each with a parachute of finer hairs."""
    h, w = shape
    size = max(shape)
    radius = size * rng.uniform(0.2, 0.33)
    centre = np.array([w * rng.uniform(0.4, 0.6), h * rng.uniform(0.32, 0.48)])
    stem_end = [w * rng.uniform(0.3, 0.7), h * 1.05]
    controls = np.stack([stem_end, centre * [1, 1.6], centre * [1, 1.3], centre])
    green = draw(rng, 'foliage')
    stem = Canvas(shape)
    stem.strands(bezier(controls[None]), green, green * 1.2, np.array([0.025 * size]))
    canvas = Canvas(shape)
    n = int(rng.integers(70, 200))
    angles = rng.uniform(0, 2 * np.pi, n)
    foreshortening = np.sin(np.arccos(rng.uniform(-1, 1, n)))  # stalks point all over the ball
    stalks = grow(np.repeat(centre[None], n, 0), angles, radius * foreshortening, rng, bend=0.1)
    pale = jitter(np.repeat(draw(rng, 'pale'), n, axis=0), rng, value=0.08)
    brown = draw(rng, 'earth', n)
    canvas.strands(stalks, brown, pale, np.full(n, 0.6 * strand_width(shape)))
    rays = int(rng.integers(10, 22))
    tips = np.repeat(stalks[:, -1], rays, axis=0)
    spread = np.repeat(angles, rays) + rng.uniform(-1.5, 1.5, n * rays)
    reach = radius * rng.uniform(0.2, 0.4) * rng.uniform(0.6, 1, n * rays)
    hairs = grow(tips, spread, reach, rng, steps=5, bend=0.4)
    shades = np.repeat(pale, rays, axis=0)
    canvas.strands(hairs, shades, shades, np.full(len(hairs), 0.4 * strand_width(shape)))
    heart = jitter(draw(rng, 'earth') * 0.6, rng)[0]
    disc = shapes.blob(tuple(centre), radius * rng.uniform(0.1, 0.3), rng)
    head = fade(canvas.layer(), rng.uniform(0.7, 1))
    return over(stem.layer(), make_layer(heart, shapes.mask(shape, disc)), head)


def _thistle(shape, rng):
    """A bud of scales with a dense brush of coloured threads on top."""
    h, w = shape
    size = max(shape)
    radius = size * rng.uniform(0.13, 0.22)
    centre = np.array([w * rng.uniform(0.4, 0.6), h * rng.uniform(0.52, 0.65)])
    green = family(rng, 'foliage')
    canvas = Canvas(shape)
    controls = np.stack([[centre[0], h * 1.1], centre * [1, 1.5], centre * [1, 1.2], centre])
    canvas.strands(bezier(controls[None]), green[:1], green[1:2], np.array([0.05 * size]))
    n = int(rng.integers(900, 2200))
    angles = rng.normal(-np.pi / 2, rng.uniform(0.35, 0.75), n)
    roots = centre + rng.normal(0, 0.3 * radius, (n, 2))
    lengths = radius * rng.uniform(1.3, 2.2) * rng.uniform(0.75, 1.05, n)
    threads = wave(grow(roots, angles, lengths, rng, bend=0.6), rng, 0.02 * size, 1.5)
    hues = family(rng, str(rng.choice(['flower', 'neon', 'pale'])))
    colours = jitter(hues[rng.integers(4, size=n)], rng)
    canvas.strands(threads, colours * 0.6, colours * 1.2, np.full(n, strand_width(shape)))
    for row in np.linspace(0.1, 1.2, 7):
        for angle in np.linspace(-1.2, 1.2, 9) + rng.normal(0, 0.08, 9):
            base = centre + radius * np.array([0.8 * np.sin(angle), row - 0.35 * np.cos(angle)])
            colour = jitter(green[rng.integers(1, 4)][None], rng, value=0.25)[0]
            scale, _ = shapes.leaf(base, -np.pi / 2 + angle, 0.55 * radius, 0.3 * radius, 1.5, 0.2)
            canvas.polygon(scale, colour)
    return shade(canvas.layer(), shapes.shadowing(shape, rng, 0.3))
