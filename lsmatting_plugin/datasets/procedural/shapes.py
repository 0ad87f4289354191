"""Outlines of things, and the light on them; points are (n, 2) as (x, y) in px."""

import cv2
import numpy as np

from .layers import Canvas
from .noise import Shape, fractal


def turned(points: np.ndarray, angle: float, centre: np.ndarray | tuple) -> np.ndarray:
    """Points turned by ``angle`` radians about the origin, then moved to ``centre``."""
    c, s = np.cos(angle), np.sin(angle)
    return points @ np.array([[c, s], [-s, c]]) + np.asarray(centre)


def ellipse(
    centre: np.ndarray | tuple, axes: tuple, angle: float = 0.0, points: int = 64
) -> np.ndarray:
    """An ellipse of half axes ``axes`` (x, y) px."""
    t = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return turned(np.stack([axes[0] * np.cos(t), axes[1] * np.sin(t)], axis=-1), angle, centre)


def blob(
    centre: np.ndarray | tuple,
    radius: float,
    rng: np.random.Generator,
    lumps: float = 0.2,
    points: int = 96,
) -> np.ndarray:
    """A round outline whose radius varies by about ``lumps`` in smooth harmonics."""
    t = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radii = np.ones(points)
    for harmonic in range(2, 7):
        amplitude = lumps * rng.standard_normal() / harmonic
        radii += amplitude * np.cos(harmonic * t + rng.uniform(0, 2 * np.pi))
    radii = radius * np.maximum(radii, 0.3)
    squash = rng.uniform(0.75, 1.25)
    outline = np.stack([radii * np.cos(t) * squash, radii * np.sin(t) / squash], axis=-1)
    return turned(outline, rng.uniform(0, 2 * np.pi), centre)


def superellipse(
    centre: tuple, axes: tuple, exponent: float, angle: float = 0.0, points: int = 96
) -> np.ndarray:
    """Between a diamond (exponent 1), an ellipse (2) and a rounded rectangle (4 and more)."""
    t = np.linspace(0, 2 * np.pi, points, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    x = axes[0] * np.sign(c) * np.abs(c) ** (2 / exponent)
    y = axes[1] * np.sign(s) * np.abs(s) ** (2 / exponent)
    return turned(np.stack([x, y], axis=-1), angle, centre)


def star(centre: tuple, radius: float, rays: int, depth: float, angle: float) -> np.ndarray:
    """A star or toothed wheel with ``rays`` tips; ``depth`` 0..1 is how far it is cut in."""
    t = np.arange(2 * rays) * np.pi / rays
    radii = np.where(np.arange(2 * rays) % 2, 1 - depth, 1) * radius
    return turned(np.stack([radii * np.cos(t), radii * np.sin(t)], axis=-1), angle, centre)


def leaf(
    base: np.ndarray, heading: float, length: float, width: float, fullness: float, bend: float
) -> tuple[np.ndarray, np.ndarray]:
    """One leaf blade.

    Args:
        base (np.ndarray): (2,) where it is attached, px.
        heading (float): Direction of its midrib at the base, radians.
        length (float): Length of the midrib, px.
        width (float): Largest width, px.
        fullness (float): Where the blade is widest: above 1 near the base, below near the tip.
        bend (float): Turn of the midrib over its length, radians.

    Returns:
        tuple[np.ndarray, np.ndarray]: The outline (left side to the tip, then back on the right),
            and the midrib (12, 2) from base to tip.
    """
    t = np.linspace(0, 1, 12)
    angle = heading + bend * t
    step = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    rib = base + np.concatenate([np.zeros((1, 2)), np.cumsum(step[:-1], axis=0)]) * length / 11
    half = width / 2 * np.sin(np.pi * t ** (1 / fullness)) ** 0.8
    normal = np.stack([-step[:, 1], step[:, 0]], axis=-1) * half[:, None]
    return np.concatenate([rib + normal, (rib - normal)[-2:0:-1]]), rib


def mask(shape: Shape, *outlines: np.ndarray) -> np.ndarray:
    """Coverage (H, W) in 0..1 of the union of outlines, antialiased."""
    canvas = Canvas(shape)
    for outline in outlines:
        canvas.polygon(outline, np.ones(3))
    return canvas.layer()[..., 3]


def swollen(coverage: np.ndarray, roundness: float = 0.1) -> np.ndarray:
    """A height map of a cushion over ``coverage``: its blurs at several scales, summed.

    Args:
        coverage (np.ndarray): (H, W) in 0..1.
        roundness (float): Largest blur relative to the long side.
    """
    h, w = coverage.shape
    small = cv2.resize(coverage, (max(w // 2, 1), max(h // 2, 1)), interpolation=cv2.INTER_AREA)
    largest = roundness * max(small.shape)
    wide, middle, narrow = (
        cv2.GaussianBlur(small, (0, 0), max(largest * f, 0.5)) for f in (1, 0.5, 0.25)
    )
    height = wide + middle + narrow
    return cv2.resize(height, (w, h), interpolation=cv2.INTER_CUBIC) * roundness * max(h, w)


def lighting(
    height: np.ndarray, rng: np.random.Generator, ambient: float = 0.55, gloss: float = 0.0
) -> np.ndarray:
    """Light on a height map (H, W) in px from a random side above: factor about 1, (H, W).

    Args:
        height (np.ndarray): Heights, px.
        rng (np.random.Generator): Source of randomness.
        ambient (float): Share of light that does not depend on the slope.
        gloss (float): Strength of a highlight where the slope mirrors the light.
    """
    height = np.asarray(height, np.float32)
    gradient_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    gradient_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    azimuth, elevation = rng.uniform(-np.pi, 0), rng.uniform(0.5, 1.1)
    norm = np.sqrt(1 + gradient_x**2 + gradient_y**2)
    towards = (
        np.sin(elevation)
        - np.cos(elevation) * (np.cos(azimuth) * gradient_x + np.sin(azimuth) * gradient_y)
    ) / norm
    light = ambient + (1.25 - ambient) * np.clip(towards, 0, 1)
    return (light + gloss * np.clip(towards, 0, 1) ** 24).astype(np.float32)


def shadowing(shape: Shape, rng: np.random.Generator, depth: float = 0.3) -> np.ndarray:
    """Uneven illumination: smooth factor (H, W) in 1 - depth .. 1 + depth / 3."""
    patches = fractal(shape, rng, max(shape) / 1.5, persistence=0.35, octaves=3)
    return 1 - depth + depth * 4 / 3 * patches
