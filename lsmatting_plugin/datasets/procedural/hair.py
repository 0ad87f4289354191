"""Hair on a head with shoulders, in many styles."""

import numpy as np

from . import shapes
from .layers import Canvas, fade, make_layer, over, shade
from .materials import surface
from .noise import Shape, fractal
from .palettes import draw, draw_any, family, jitter
from .strands import REFERENCE_SIDE, bezier, fineness, grow, lock, strand_width, wave

STRANDS_PER_HEAD = 2600  # at a long side of REFERENCE_SIDE px
DYED_SHARE = 0.12  # heads with hair of any hue


def hair(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A head with hair, seen from the front or from behind, mostly cut by the lower border."""
    h, w = shape
    radius = max(shape) * rng.uniform(0.14, 0.26)
    head = np.array([w * rng.uniform(0.35, 0.65), h * rng.uniform(0.36, 0.5)])
    is_front = rng.random() < 0.6
    style = _STYLES[rng.integers(len(_STYLES))]
    guides = style(head, radius, is_front, rng)
    shades = _hair_colours(rng)
    density = (max(shape) / REFERENCE_SIDE / fineness(shape)) ** 2
    count = int(STRANDS_PER_HEAD * density * rng.uniform(0.6, 1.4))
    skull = shapes.ellipse(head, (0.95 * radius, 1.15 * radius))
    light = shapes.lighting(shapes.swollen(shapes.mask(shape, skull)), rng, 0.7)
    behind = over(
        make_layer(shades[0] * 0.6, shapes.mask(shape, skull)),
        _undercoat(shape, guides, shades, radius),
        _locks(shape, guides, shades, int(0.6 * count), rng, 0.75),
    )
    skin = draw(rng, 'skin')[0]
    bust = _bust(shape, head, radius, skin, rng)
    if is_front:
        layers = [behind, bust, _face(shape, head, radius, skin, rng)]
        over_face = guides[rng.random(len(guides)) < 0.5]
    else:
        layers = [bust, behind]
        over_face = guides
    layers.append(_locks(shape, over_face, shades, count, rng, 1.0))
    layers.append(_flyaways(shape, guides, shades, radius, rng))
    return shade(over(*layers), light * shapes.shadowing(shape, rng, 0.25))


def _hair_colours(rng: np.random.Generator) -> np.ndarray:
    """(4, 3) shades of one head of hair, dark to light; some are dyed at random."""
    if rng.random() < DYED_SHARE:
        return np.clip(family(rng, 'neon') * rng.uniform(0.5, 1), 0, 1)
    return family(rng, 'hair', hue=4)


def _falling(head, radius, is_front, rng):
    """Long or bobbed hair: from a parting over the head's sides, down to a common length."""
    n = int(rng.integers(60, 160))
    side = np.where(rng.random(n) < rng.uniform(0.35, 0.65), -1.0, 1.0)
    length, width = rng.uniform(0.6, 3.4), rng.uniform(1.0, 1.5)
    sway = rng.normal(0, 0.5)
    innermost = 0.75 if is_front else 0.0  # hair before a face parts to its sides
    parting = head + radius * np.array([rng.uniform(-0.3, 0.3), -1.12])
    x = np.stack(
        [
            rng.normal(0, 0.12, n) + 0.1 * side,
            side * rng.uniform(innermost, 1.1, n),
            side * rng.uniform(innermost, 1.1, n) * width,
            side * rng.uniform(innermost / 2, 1.25, n) * width + sway,
        ]
    )
    y = np.stack(
        [
            rng.normal(0, 0.06, n),
            rng.uniform(-0.35, 0.15, n),
            rng.uniform(0.4, 1.2, n),
            1 + length * rng.uniform(0.85, 1.1, n),
        ]
    )
    curves = bezier(parting + radius * np.stack([x, y], axis=-1).transpose(1, 0, 2), steps=16)
    amplitude = radius * rng.choice([0.01, 0.04, 0.09])
    return wave(curves, rng, amplitude, rng.uniform(1, 5))


def _scalp(head, radius, is_front, n, rng):
    """Roots (n, 2) over the hairy part of a head and their outward angles (n,)."""
    below = 0.45 if is_front else 1.2
    angles = rng.uniform(-np.pi - below, below, n)
    depth = np.sqrt(rng.uniform(0.25 if is_front else 0, 1, n))
    outward = np.stack([np.cos(angles), 1.15 * np.sin(angles)], axis=-1)
    return head + radius * depth[:, None] * outward, angles


def _standing(head, radius, is_front, rng):
    """Short or wild hair that stands away from the head."""
    n = int(rng.integers(120, 260))
    roots, angles = _scalp(head, radius, is_front, n, rng)
    lengths = radius * rng.uniform(0.35, 1.5) * rng.uniform(0.6, 1.1, n)
    angles = angles + rng.normal(0, rng.uniform(0.1, 0.5), n)
    pull = (rng.normal(0, 0.4), rng.uniform(-0.6, 0.5))
    return grow(roots, angles, lengths, rng, steps=12, bend=0.5, pull=pull)


def _curly(head, radius, is_front, rng):
    """Curls and frizz up to an afro."""
    n = int(rng.integers(160, 320))
    roots, angles = _scalp(head, radius, is_front, n, rng)
    lengths = radius * rng.uniform(0.8, 3.0) * rng.uniform(0.7, 1.1, n)
    curl, cycles = rng.uniform(1.0, 1.9), rng.uniform(2, 6)
    pull = (0.0, rng.uniform(0.1, 0.9))
    return grow(roots, angles, lengths, rng, 24, bend=0.4, curl=curl, cycles=cycles, pull=pull)


def _windblown(head, radius, is_front, rng):
    """Long hair that the wind carries to one side."""
    n = int(rng.integers(80, 180))
    roots, angles = _scalp(head, radius, is_front, n, rng)
    lengths = radius * rng.uniform(1.2, 2.8) * rng.uniform(0.6, 1.15, n)
    pull = (rng.choice([-1, 1]) * rng.uniform(1.5, 3), rng.uniform(-0.6, 1.2))
    curl = rng.uniform(0.1, 0.5)
    return grow(roots, angles, lengths, rng, 18, bend=0.5, curl=curl, cycles=1.5, pull=pull)


# Falling hair is what most portraits show.
_STYLES = (_falling, _falling, _falling, _standing, _curly, _windblown)


def _undercoat(shape, guides, shades, radius):
    """The shaded mass behind the strands that lets no background through."""
    canvas = Canvas(shape)
    inner = guides[:, : max(3, guides.shape[1] // 2)]
    colours = np.repeat(shades[:1] * 0.6, len(inner), axis=0)
    canvas.strands(inner, colours, colours, np.full(len(inner), 0.14 * radius))
    return canvas.layer()


def _locks(shape, guides, shades, count, rng, brightness):
    """Strands in locks; colour varies by lock, strand and along the strand, with a gloss band."""
    canvas = Canvas(shape)
    size = max(shape)
    strands, which = lock(
        guides, count, rng, 0.012 * size, 0.012 * size * rng.uniform(0.3, 1.3), 0.012 * size, 0.5
    )
    of_lock = jitter(shades[rng.integers(len(shades), size=len(guides))], rng, value=0.13, hue=3)
    middle = jitter(of_lock[which], rng, value=0.13, hue=2) * brightness
    root = middle * rng.uniform(0.45, 0.8)
    gloss = rng.uniform(1.0, 1.6)
    widths = strand_width(shape) * rng.uniform(0.6, 1.5, count)
    order = np.argsort(rng.random(count) + 0.25 * which / len(guides))
    canvas.strands(strands[order], root[order], (middle * gloss)[order], widths[order])
    return canvas.layer()


def _flyaways(shape, guides, shades, radius, rng):
    """Single fine hairs that leave the others, half transparent because they are so thin."""
    canvas = Canvas(shape)
    count = int(rng.integers(30, 350))
    strands, which = lock(guides, count, rng, 0.1 * radius, 0.3 * radius, 0.35 * radius, 0.7)
    strands = wave(strands, rng, 0.05 * radius, rng.uniform(1, 4))
    colours = jitter(shades[which % len(shades)], rng) * 1.15
    canvas.strands(strands, colours, colours, np.full(count, 0.5 * strand_width(shape)))
    return fade(canvas.layer(), rng.uniform(0.45, 1))


def _bust(shape, head, radius, skin, rng):
    """Neck and clothed shoulders down to the picture's lower border."""
    h = shape[0]
    top = head[1] + radius * rng.uniform(1.45, 1.75)
    half = radius * rng.uniform(1.5, 2.3)
    drop = max(h - top, radius) * 1.3
    centre = (head[0] + radius * rng.normal(0, 0.1), top + drop)
    torso = shapes.superellipse(centre, (half, drop), rng.uniform(2.2, 3.2))
    neck = shapes.superellipse((head[0], head[1] + 1.1 * radius), (0.48 * radius, 0.95 * radius), 4)
    cloth = _lit(shape, surface(shape, rng), shapes.mask(shape, torso), rng)
    return over(_lit(shape, 0.85 * skin, shapes.mask(shape, neck), rng), cloth)


def _lit(shape, colours, coverage, rng, gloss=0.0):
    """A layer of ``colours`` over ``coverage``, shaded as a cushion."""
    light = shapes.lighting(shapes.swollen(coverage), rng, gloss=gloss)
    return make_layer(np.broadcast_to(colours, (*shape, 3)) * light[..., None], coverage)


def _face(shape, head, radius, skin, rng):
    """Skin with brows, eyes, nose and mouth: the structure a face gives, not a likeness."""
    tilt = rng.normal(0, 0.12)
    outline = shapes.ellipse(head, (0.82 * radius, 1.12 * radius), tilt)
    mottling = 1 + 0.12 * (fractal(shape, rng, radius) - 0.5)
    face = _lit(shape, skin * mottling[..., None], shapes.mask(shape, outline), rng, gloss=0.15)
    canvas = Canvas(shape)

    def place(x, y):
        return shapes.turned(np.array([[x, y]]) * radius, tilt, head)[0]

    dark = skin * 0.3
    eye_colour = draw_any(rng)[0] * 0.5
    for side in (-1, 1):
        eye, brow = place(0.34 * side, -0.02), place(0.34 * side, -0.22)
        canvas.polygon(shapes.ellipse(brow, (0.2 * radius, 0.035 * radius), tilt), dark)
        canvas.polygon(shapes.ellipse(eye, (0.16 * radius, 0.085 * radius), tilt), np.full(3, 0.88))
        canvas.polygon(shapes.ellipse(eye, (0.075 * radius, 0.08 * radius)), eye_colour)
        canvas.polygon(shapes.ellipse(eye, (0.035 * radius, 0.04 * radius)), eye_colour * 0.1)
    canvas.polygon(shapes.ellipse(place(0, 0.33), (0.1 * radius, 0.07 * radius), tilt), skin * 0.75)
    lips = jitter(skin[None] * [0.7, 0.62, 0.95], rng)[0]
    canvas.polygon(shapes.ellipse(place(0, 0.62), (0.24 * radius, 0.07 * radius), tilt), lips)
    canvas.line(np.stack([place(-0.23, 0.62), place(0.23, 0.62)]), dark, 0.02 * radius)
    return over(face, fade(canvas.layer(), 0.9))
