"""Colours as they occur together in photographs; float BGR in 0..1, display-referred."""

import cv2
import numpy as np


def _from_hex(*codes: str) -> np.ndarray:
    """(n, 3) float32 BGR from codes 'rrggbb'."""
    rgb = [[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in codes]
    return np.array(rgb, np.float32)[:, ::-1] / 255


PALETTES = {
    'hair': _from_hex(
        '120d0b', '1d1410', '2e1d14', '452a1a', '5d3a22', '7a5230', '96693c', 'b48a54', 'd3b079',
        'e6cf9f', '7d2f14', '9c3c16', 'b4b0a8', 'dcd8d0',
    ),
    'fur': _from_hex(
        '17120f', '33261c', '54402d', '7b5c3c', 'a57c4b', 'c9a36c', 'e3cba0', 'f4ead8', 'fbf8f2',
        '8b8680', 'b0aaa1', '5a5550', 'b5652c', 'd98a45',
    ),
    'skin': _from_hex(
        '3f261b', '61402d', '8a5a3e', 'b07a57', 'cf9c78', 'e3b796', 'f0cdb1', 'f6dcc8',
    ),
    'foliage': _from_hex(
        '16240f', '24391a', '355224', '4a6b2d', '63833a', '86a04c', 'a9b963', '54704d', '7b8f6e',
    ),
    'autumn': _from_hex('4d2a12', '7a3a16', 'a9501c', 'cf7826', 'e0a63a', 'c9b45c', '8a7a3c'),
    'sky': _from_hex(
        '2c5f9e', '4d86c2', '7fb0dc', 'b4d2ea', 'dfe9f1', 'f3e3d0', 'f0b998', '8c93a8',
    ),
    'earth': _from_hex('2a2119', '4b3b2b', '6e563d', '917453', 'b2946e', 'cdb592', 'e0d0b4'),
    'stone': _from_hex('1f1f20', '3d3d3e', '5e5d5b', '807e7a', 'a19d97', 'c2bfb9', 'e2e0dc'),
    'wood': _from_hex('2b180e', '4a2c1a', '6b4226', '8d5b35', 'ad7a4b', 'c99c6b', 'dfbd93'),
    'night': _from_hex('05060b', '0d1020', '1a1e33', '2b2438', '3a2a2a', '4d3a25', '1c2b2c'),
    'flower': _from_hex(
        'd62246', 'f06292', 'f7b7cf', 'ffffff', 'fff0b3', 'f9c22e', 'f2811d', '8e44ad', '5b5fc7',
        'b23a48',
    ),
    'pale': _from_hex('ffffff', 'f4f1ea', 'e8e4dd', 'd8dde2', 'efe3d5', 'd9d4cc'),
    'neon': _from_hex(
        'ff2e63', 'ff9a1f', 'ffe45e', '3ddc97', '2de2e6', '3a86ff', 'a23bff', 'fff4d6',
    ),
}  # fmt: skip


def jitter(
    colours: np.ndarray,
    rng: np.random.Generator,
    value: float = 0.15,
    saturation: float = 0.12,
    hue: float = 5.0,
) -> np.ndarray:
    """Vary colours (n, 3) on their own: relative value and saturation, hue in degrees (std)."""
    hsv = cv2.cvtColor(np.asarray(colours, np.float32).reshape(1, -1, 3), cv2.COLOR_BGR2HSV)[0]
    spread = rng.standard_normal(hsv.shape, dtype=np.float32)
    hsv[:, 0] = (hsv[:, 0] + hue * spread[:, 0]) % 360
    hsv[:, 1] = np.clip(hsv[:, 1] * (1 + saturation * spread[:, 1]), 0, 1)
    hsv[:, 2] = np.clip(hsv[:, 2] * (1 + value * spread[:, 2]), 0, 1)
    return cv2.cvtColor(hsv[None], cv2.COLOR_HSV2BGR)[0]


def draw(rng: np.random.Generator, palette: str, count: int = 1) -> np.ndarray:
    """(count, 3) colours of a palette: mixtures of two neighbours of its list, jittered."""
    listed = PALETTES[palette]
    first = rng.integers(len(listed) - 1, size=count)
    mix = rng.random((count, 1), dtype=np.float32)
    return jitter(listed[first] * (1 - mix) + listed[first + 1] * mix, rng)


def draw_any(rng: np.random.Generator, count: int = 1) -> np.ndarray:
    """(count, 3) colours of any hue, mostly muted, as man-made things are."""
    hsv = np.stack(
        [
            rng.uniform(0, 360, count),
            rng.beta(1.6, 2.2, count),
            0.08 + 0.9 * rng.beta(2.2, 1.6, count),
        ],
        axis=-1,
    ).astype(np.float32)
    return cv2.cvtColor(hsv[None], cv2.COLOR_HSV2BGR)[0]


def family(
    rng: np.random.Generator, palette: str | None = None, count: int = 4, hue: float = 12
) -> np.ndarray:
    """(count, 3) colours that go together, dark to light: shades of one drawn colour.

    Args:
        rng (np.random.Generator): Source of randomness.
        palette (str, optional): Name in ``PALETTES``; None: any palette or, often, any hue.
        count (int): How many.
        hue (float): Standard deviation of their hues, degrees.
    """
    if palette is None and rng.random() < 0.6:
        base = draw_any(rng)
    else:
        base = draw(rng, palette or str(rng.choice(list(PALETTES))))
    shades = jitter(np.repeat(base, count, axis=0), rng, value=0.25, saturation=0.25, hue=hue)
    return shades[np.argsort(shades.sum(axis=1))]
