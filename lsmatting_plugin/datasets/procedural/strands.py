"""Curves of hair, fur, grass and threads: where they run, before any of them is drawn."""

import numpy as np

from .noise import Shape

REFERENCE_SIDE = 384  # px; widths and numbers of hairs are stated for this long side
HAIR_WIDTH = 0.75  # px


def fineness(shape: Shape) -> float:
    """Factor on the widths of hairs: they grow less than the picture, and so get more numerous."""
    return (max(shape) / REFERENCE_SIDE) ** 0.6


def strand_width(shape: Shape) -> float:
    """Mean width of a hair, px."""
    return HAIR_WIDTH * fineness(shape)


def grow(
    roots: np.ndarray,
    angles: np.ndarray,
    lengths: np.ndarray,
    rng: np.random.Generator,
    steps: int = 12,
    bend: float = 0.3,
    curl: float = 0.0,
    cycles: float = 2.0,
    pull: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """Free strands: each sets out in its direction, bends, curls and gives in to a pull.

    Args:
        roots (np.ndarray): (n, 2) starting points (x, y), px.
        angles (np.ndarray): (n,) starting headings, radians from the x axis to the y axis (down).
        lengths (np.ndarray): (n,) lengths along the strand, px.
        rng (np.random.Generator): Source of randomness.
        steps (int): Points a strand.
        bend (float): Standard deviation of the turn over the whole strand, radians.
        curl (float): Amplitude of the periodic swing of the heading, radians.
        cycles (float): Mean number of swings.
        pull (tuple[float, float]): Gravity and wind at the tip, against a unit heading.

    Returns:
        np.ndarray: (n, steps, 2) points from root to tip.
    """
    n = len(roots)
    t = np.linspace(0, 1, steps - 1)[None]
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    rate = cycles * rng.uniform(0.7, 1.3, (n, 1))
    heading = angles[:, None] + bend * rng.standard_normal((n, 1)) * t
    heading = heading + curl * np.sin(2 * np.pi * rate * t + phase)
    direction = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    direction = direction + np.asarray(pull) * t[..., None]
    direction /= np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-6)
    path = np.cumsum(direction * (lengths / (steps - 1))[:, None, None], axis=1)
    return np.concatenate([roots[:, None], roots[:, None] + path], axis=1)


def bezier(controls: np.ndarray, steps: int = 14) -> np.ndarray:
    """Cubic Bezier curves: (n, 4, 2) control points -> (n, steps, 2) points."""
    t = np.linspace(0, 1, steps)[:, None]
    weights = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
    return np.einsum('sk,nkc->nsc', weights, controls)


def wave(
    curves: np.ndarray, rng: np.random.Generator, amplitude: float, cycles: float
) -> np.ndarray:
    """Swing curves (n, steps, 2) sideways by ``amplitude`` px, less near their roots."""
    n, steps = curves.shape[:2]
    t = np.linspace(0, 1, steps)[None]
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    rate = cycles * rng.uniform(0.7, 1.3, (n, 1))
    swing = amplitude * np.sin(2 * np.pi * rate * t + phase) * np.minimum(3 * t, 1)
    tangent = np.gradient(curves, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=-1, keepdims=True), 1e-6)
    normal = np.stack([-tangent[..., 1], tangent[..., 0]], axis=-1)
    return curves + swing[..., None] * normal


def lock(
    guides: np.ndarray,
    count: int,
    rng: np.random.Generator,
    root_spread: float,
    tip_spread: float,
    stray: float = 0.0,
    shortest: float = 0.6,
) -> tuple[np.ndarray, np.ndarray]:
    """Strands that follow guide curves in locks, as hair clings together.

    Args:
        guides (np.ndarray): (m, steps, 2) curves of the locks.
        count (int): Number of strands.
        rng (np.random.Generator): Source of randomness.
        root_spread (float): Scatter of a lock's strands about its guide at the root, px.
        tip_spread (float): The same at the tip; smaller than at the root makes pointed locks.
        stray (float): Standard deviation of each strand's own bend away, px at the tip.
        shortest (float): The strands' lengths are uniform in this..1 of their guide's.

    Returns:
        tuple[np.ndarray, np.ndarray]: (count, steps, 2) strands, (count,) index of their guides.
    """
    steps = guides.shape[1]
    which = rng.integers(len(guides), size=count)
    t = np.linspace(0, 1, steps)
    at = t[None] * rng.uniform(shortest, 1, (count, 1)) * (steps - 1)
    before = np.minimum(at.astype(int), steps - 2)
    part = (at - before)[..., None]
    rows = which[:, None]
    strands = guides[rows, before] * (1 - part) + guides[rows, before + 1] * part
    spread = root_spread * (1 - t) + tip_spread * t
    strands = strands + rng.standard_normal((count, 1, 2)) * spread[None, :, None]
    strands = strands + rng.standard_normal((count, 1, 2)) * stray * (t**2)[None, :, None]
    return strands, which
