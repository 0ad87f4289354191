"""What a cut-out is shown on."""

import re

import numpy as np

from ..visualization import checkerboard, cover, shrunk

BACKDROPS = ('checkerboard', 'white', 'black', 'colour', 'picture')
CELLS = 60  # squares of the checkerboard along the long side


def make_backdrop(
    kind: str,
    shape: tuple[int, int],
    colour: str = '#ffffff',
    picture: np.ndarray | None = None,
) -> np.ndarray:
    """A background of the photo's size.

    Args:
        kind (str): One of ``BACKDROPS``.
        shape (tuple[int, int]): (H, W) of the photo.
        colour (str): For 'colour': '#rrggbb', or 'rgb(a)(...)' as colour pickers give it.
        picture (ndarray, optional): For 'picture': uint8 BGR, scaled to cover and cut to size.

    Returns:
        ndarray: uint8 BGR (H, W, 3).

    Raises:
        ValueError: There is no such kind, no picture yet, or no such colour.
    """
    if kind == 'checkerboard':
        return checkerboard(*shape, cell=max(4, max(shape) // CELLS))
    if kind == 'picture':
        if picture is None:
            raise ValueError('Upload the picture that shall be the background')
        return cover(picture, shape)
    named = {'white': (255, 255, 255), 'black': (0, 0, 0)}
    if kind not in BACKDROPS:
        raise ValueError(f'The background must be one of {list(BACKDROPS)}, not {kind!r}')
    return np.full((*shape, 3), named.get(kind) or bgr_of(colour), np.uint8)


def bgr_of(colour: str) -> tuple[int, int, int]:
    """A colour in CSS's notation as blue, green, red, 0..255.

    Raises:
        ValueError: It is neither '#rrggbb' nor 'rgb(r, g, b)' nor 'rgba(r, g, b, a)'.
    """
    if found := re.fullmatch(r'#([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?', colour):
        red, green, blue = bytes.fromhex(found[1])
        return blue, green, red
    if re.fullmatch(r'rgba?\([\d., ]{5,80}\)', colour):
        parts = [float(part) for part in re.findall(r'\d+(?:\.\d+)?', colour)]
        if len(parts) in (3, 4) and max(parts[:3]) <= 255:
            red, green, blue = (round(part) for part in parts[:3])
            return blue, green, red
    raise ValueError(f'{colour[:40]!r} is no colour; #rrggbb is expected')


def for_screen(pixels: np.ndarray, side: int = 1400) -> np.ndarray:
    """Pixels for a browser: RGB or grey, at most ``side`` long; a download has them all."""
    pixels, _ = shrunk(pixels, side)
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., ::-1])
