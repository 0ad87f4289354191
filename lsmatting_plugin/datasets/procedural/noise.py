"""Random fields with the statistics of nature: most of the contrast in the coarse scales."""

import cv2
import numpy as np

Shape = tuple[int, int]  # (H, W) of a picture, px

FINEST_CELL = 1.5  # px; finer lattices would only add white noise


def stretch_to_unit(field: np.ndarray) -> np.ndarray:
    """Affinely map a field so that its 1 % and 99 % quantiles become 0 and 1, clipped there."""
    low, high = np.quantile(field[::3, ::3], (0.01, 0.99))
    return np.clip((field - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)


def fractal(
    shape: Shape,
    rng: np.random.Generator,
    cell: float,
    persistence: float = 0.5,
    stretch: tuple[float, float] = (1.0, 1.0),
    octaves: int = 8,
    ridged: bool = False,
) -> np.ndarray:
    """Cloud-like noise: octaves of smoothly interpolated random lattices.

    Args:
        shape (tuple[int, int]): (H, W) of the result.
        rng (np.random.Generator): Source of randomness.
        cell (float): Size in px of the coarsest lumps.
        persistence (float): Amplitude of an octave over the one before; 0.5 gives the 1/f
            spectrum of photographs, more is rougher.
        stretch (tuple[float, float]): Elongation of the lumps in y and in x.
        octaves (int): At most so many scales.
        ridged (bool): Fold every octave at its middle, which makes filaments instead of lumps.

    Returns:
        np.ndarray: (H, W) float32 in 0..1.
    """
    h, w = shape
    total = np.zeros(shape, np.float32)
    amplitude = 1.0
    for _ in range(octaves):
        grid = [
            max(2, int(np.ceil(n / (cell * s))) + 1) for n, s in zip(shape, stretch, strict=True)
        ]
        lattice = rng.standard_normal(grid, dtype=np.float32)
        octave = cv2.resize(lattice, (w, h), interpolation=cv2.INTER_CUBIC)
        total += amplitude * (-np.abs(octave) if ridged else octave)
        cell, amplitude = cell / 2, amplitude * persistence
        if cell < FINEST_CELL:
            break
    return stretch_to_unit(total)


def pixel_grid(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """The y and x coordinate of every pixel, (H, W) float32 each."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return y, x


def warp(image: np.ndarray, rng: np.random.Generator, cell: float, amount: float) -> np.ndarray:
    """Shift the pixels of (H, W[, C]) by smooth noise of +-``amount`` px; the border mirrors."""
    shape = image.shape[:2]
    y, x = pixel_grid(shape)
    dy, dx = (2 * amount * (fractal(shape, rng, cell, octaves=2) - 0.5) for _ in range(2))
    return cv2.remap(image, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def wavy_axis(shape: Shape, rng: np.random.Generator, angle: float, waviness: float) -> np.ndarray:
    """Distance in px along a direction, bent by noise: the phase of stripes, grain or folds."""
    y, x = pixel_grid(shape)
    bend = fractal(shape, rng, max(shape) / 2, octaves=3) - 0.5
    return x * np.cos(angle) + y * np.sin(angle) + waviness * max(shape) * bend


def colourise(values: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Map 0..1 values (H, W) to colours interpolated along the list ``colours`` (n, 3)."""
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(values, stops, colours[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)
