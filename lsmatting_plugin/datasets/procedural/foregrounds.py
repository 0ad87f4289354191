"""One generated foreground with its true alpha: draw a kind, photograph it, quantise."""

from collections.abc import Callable

import cv2
import numpy as np

from . import fur, hair, meshes, plants, solids, translucent
from .layers import over, straight_colours, transform
from .noise import fractal

_DRAW: dict[str, Callable[[tuple[int, int], np.random.Generator], np.ndarray]] = {
    'hair': hair.hair,
    'fur': fur.fur,
    'plant': plants.plant,
    'feather': plants.feather,
    'net': meshes.net,
    'smoke': translucent.smoke,
    'glass': translucent.glass,
    'solid': solids.solid,
    'blur': solids.blurred,
}

KINDS = (*_DRAW, 'mixed')
"""Names of the foreground kinds; 'mixed' puts two of the others together."""

KIND_CYCLE = (
    'hair', 'fur', 'plant', 'mixed', 'net', 'smoke', 'blur', 'hair',
    'glass', 'fur', 'feather', 'mixed', 'solid', 'hair', 'plant', 'fur',
)  # fmt: skip
"""Kinds in the order in which a data set takes them: hair and fur prevail, as in AIM."""

PAIRS = (
    ('solid', 'hair'), ('solid', 'fur'), ('hair', 'solid'), ('fur', 'solid'), ('hair', 'net'),
    ('hair', 'feather'), ('solid', 'net'), ('plant', 'glass'), ('solid', 'smoke'), ('fur', 'plant'),
    ('plant', 'feather'), ('solid', 'glass'),
)  # fmt: skip
"""What 'mixed' puts together, the nearer one second."""

PORTRAIT_SHARE = 0.5
NARROWEST = 0.66  # of the long side: 3:2, the format of most cameras
SMEARED_SHARE = 0.12  # of the soft kinds: these too are photographed out of focus or in motion
CLOSE_UP_SHARE = 0.3  # seen so near that the thing leaves the picture on several sides
CLOSE_UPS = (1.2, 1.8)  # times nearer
GRAIN = 0.02  # largest standard deviation of the sensor's noise
MIN_SIZE = 32


def draw_shape(size: int, rng: np.random.Generator) -> tuple[int, int]:
    """(H, W) of a picture with long side ``size``, upright or lying, of an aspect up to 3:2.

    Raises:
        ValueError: ``size`` is below 32 px, where there is nothing to see.
    """
    if size < MIN_SIZE:
        raise ValueError(f'size must be at least {MIN_SIZE} px, not {size}: choose a larger size')
    short = round(size * rng.uniform(NARROWEST, 1))
    return (size, short) if rng.random() < PORTRAIT_SHARE else (short, size)


def make_foreground(
    size: int, rng: np.random.Generator, kind: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Generate one foreground.

    Alpha is the share of each pixel that the thing covers, drawn at 2 to 4 times the resolution
    and averaged, so it is soft for the reasons for which a photograph's is: fibres thinner than a
    pixel, edges that cross pixels, see-through matter, blur.

    Args:
        size (int): Long side in px; the aspect is drawn.
        rng (np.random.Generator): The only source of randomness.
        kind (str, optional): One of ``KINDS``; None draws one as often as ``KIND_CYCLE`` has it.

    Returns:
        tuple[np.ndarray, np.ndarray]: Straight colours (H, W, 3) uint8 BGR, which go on smoothly
            where alpha is 0, and alpha (H, W) uint8.

    Raises:
        ValueError: ``kind`` is unknown or ``size`` too small.
    """
    kind = kind or str(rng.choice(KIND_CYCLE))
    if kind not in KINDS:
        raise ValueError(f"unknown foreground kind '{kind}': choose one of {', '.join(KINDS)}")
    shape = draw_shape(size, rng)
    draw = _mixed if kind == 'mixed' else _DRAW[kind]
    is_near = rng.random() < CLOSE_UP_SHARE
    layer = _close_up(draw, shape, rng) if is_near else draw(shape, rng)
    return _photograph(layer, rng, may_smear=kind != 'blur')


def _mixed(shape, rng):
    """Two kinds, the nearer one somewhat smaller, moved sideways and down.

    Much of what is drawn goes on beyond the lower border, so the nearer one stays on it.
    """
    behind, before = PAIRS[rng.integers(len(PAIRS))]
    h, w = shape
    matrix = cv2.getRotationMatrix2D((w / 2, h), rng.normal(0, 5), rng.uniform(0.65, 0.95))
    matrix[:, 2] += rng.normal(0, 0.12) * w, rng.uniform(0.03, 0.15) * h
    return over(_DRAW[behind](shape, rng), transform(_DRAW[before](shape, rng), matrix))


def _close_up(draw, shape, rng):
    """Draw larger, then cut ``shape`` out about a random soft pixel."""
    h, w = shape
    nearer = rng.uniform(*CLOSE_UPS)
    layer = draw((round(nearer * h), round(nearer * w)), rng)
    rows, columns = np.nonzero((layer[..., 3] > 0.02) & (layer[..., 3] < 0.98))
    pick = rng.integers(max(len(rows), 1))
    centre = (rows[pick], columns[pick]) if len(rows) else np.array(layer.shape[:2]) // 2
    top = int(np.clip(centre[0] - h // 2, 0, layer.shape[0] - h))
    left = int(np.clip(centre[1] - w // 2, 0, layer.shape[1] - w))
    return layer[top : top + h, left : left + w]


def _photograph(layer, rng, may_smear):
    """What lens, sensor and development do, before the alpha and the colours are quantised."""
    if rng.random() < 0.5:
        layer = layer[:, ::-1]
    if may_smear and rng.random() < SMEARED_SHARE:
        layer = solids.smeared(np.ascontiguousarray(layer), rng)
    # a lens' sharpest image of a point still spreads over about a pixel
    layer = cv2.GaussianBlur(np.ascontiguousarray(layer), (0, 0), rng.uniform(0.3, 0.8))
    colours = develop(straight_colours(layer), rng)
    return to_uint8(colours), to_uint8(np.clip(layer[..., 3], 0, 1))


def develop(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, contrast, tint and noise of a camera; (H, W, 3) in 0..1 in and out."""
    image = image ** np.exp(rng.normal(0, 0.18))
    contrast = np.exp(rng.normal(0, 0.12))
    tint = np.exp(rng.normal(0, 0.04, 3)).astype(np.float32)
    image = ((image - 0.45) * contrast + 0.45) * tint
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    coarse = fractal(image.shape[:2], rng, 4.0)[..., None] - 0.5
    return np.clip(image + rng.uniform(0, GRAIN) * (noise + coarse), 0, 1).astype(np.float32)


def to_uint8(image: np.ndarray) -> np.ndarray:
    """0..1 to 0..255, rounded."""
    return np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)
