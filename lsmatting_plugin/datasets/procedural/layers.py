"""Layers with true coverage: drawing finer than the pixels, compositing, straight colours.

A layer is float32 (H, W, 4): blue, green, red premultiplied by alpha, then alpha, all in 0..1.
Premultiplied values add up under filtering, so that averaging a finely drawn layer down, blurring
it or moving it keeps both the coverage and the colours right.
"""

from functools import reduce

import cv2
import numpy as np

from .noise import Shape

RENDER_SIDE = 1536  # px; drawings are made about this large, which resolves hair at a third of a px
MAX_SCALE, MIN_SCALE = 4, 2
SUBPIXEL_BITS = 4  # OpenCV's ``shift``: coordinates in sixteenths of a drawn px


class Canvas:
    """An 8-bit premultiplied BGRA surface, finer than the picture it is averaged down to.

    OpenCV blends an antialiased edge as ``dst += (colour - dst) * coverage``. With (b, g, r, 255)
    for colour, on a surface that is transparent at first, this is the premultiplied 'over'
    operator, so whatever is drawn later occludes what was drawn before by its exact coverage.

    Args:
        shape (tuple[int, int]): (H, W) of the picture. All coordinates are given in its px.
    """

    def __init__(self, shape: Shape):
        self.shape = shape
        self.scale = int(np.clip(RENDER_SIDE // max(shape), MIN_SCALE, MAX_SCALE))
        self._pixels = np.zeros((shape[0] * self.scale, shape[1] * self.scale, 4), np.uint8)

    def fixed_point(self, points: np.ndarray) -> np.ndarray:
        """Picture coordinates (..., 2) as (x, y) -> OpenCV's integers on the fine surface."""
        fine = (points + 0.5) * self.scale - 0.5
        return np.rint(fine * 2**SUBPIXEL_BITS).astype(np.int32)

    def polygon(self, points: np.ndarray, colour: np.ndarray) -> None:
        """Fill the outline ``points`` (n, 2) with ``colour`` (3,) in 0..1."""
        cv2.fillPoly(
            self._pixels, [self.fixed_point(points)], _bgra(colour), cv2.LINE_AA, SUBPIXEL_BITS
        )

    def line(self, points: np.ndarray, colour: np.ndarray, width: float) -> None:
        """Draw a polyline (n, 2) of ``width`` px."""
        cv2.polylines(
            self._pixels,
            [self.fixed_point(points)],
            False,
            _bgra(colour),
            self.thickness(width),
            cv2.LINE_AA,
            SUBPIXEL_BITS,
        )

    def thickness(self, width: float) -> int:
        """OpenCV's thickness for a width in px: its antialiased lines cover 1.5 more than asked."""
        return max(1, round(width * self.scale - 1.5))

    def strands(
        self, strands: np.ndarray, roots: np.ndarray, tips: np.ndarray, widths: np.ndarray
    ) -> None:
        """Draw tapering strands, the first one lowest.

        Args:
            strands (np.ndarray): (n, steps, 2) points from root to tip, px.
            roots (np.ndarray): (n, 3) colours at the root, 0..1.
            tips (np.ndarray): (n, 3) colours at the tip.
            widths (np.ndarray): (n,) width at the root, px; at the tip a quarter of it.
        """
        steps = strands.shape[1] - 1
        points = self.fixed_point(strands)
        along = np.linspace(0, 1, steps, dtype=np.float32)[None, :, None]
        colours = roots[:, None] * (1 - along) + tips[:, None] * along
        colours = np.rint(255 * np.clip(colours, 0, 1)).astype(int)
        taper = 1 - 0.75 * np.linspace(0, 1, steps) ** 1.5
        thickness = np.rint(widths[:, None] * self.scale * taper - 1.5)
        thickness = np.maximum(thickness, 1).astype(int)
        for each in zip(points, colours, thickness, strict=True):
            strand, shades, sizes = (array.tolist() for array in each)  # OpenCV takes lists faster
            for i in range(steps):
                cv2.line(
                    self._pixels,
                    strand[i],
                    strand[i + 1],
                    (*shades[i], 255),
                    sizes[i],
                    cv2.LINE_AA,
                    SUBPIXEL_BITS,
                )

    def layer(self) -> np.ndarray:
        """The drawing averaged down to the picture's pixels."""
        h, w = self.shape
        return (
            cv2.resize(self._pixels, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        )


def _bgra(colour: np.ndarray) -> tuple[int, int, int, int]:
    blue, green, red = np.rint(255 * np.clip(colour, 0, 1)).astype(int).tolist()
    return blue, green, red, 255


def make_layer(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """A layer from straight colours (H, W, 3) or (3,) and alpha (H, W), both 0..1."""
    alpha = np.clip(alpha, 0, 1)[..., None].astype(np.float32)
    return np.concatenate([np.clip(colours, 0, 1) * alpha, alpha], axis=-1, dtype=np.float32)


def over(*layers: np.ndarray) -> np.ndarray:
    """Stack layers, the first one lowest."""
    return reduce(lambda below, above: above + below * (1 - above[..., 3:]), layers)


def shade(layer: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Multiply a layer's colours by ``light`` (H, W), 1 = unchanged; alpha stays."""
    colours = np.minimum(layer[..., :3] * light[..., None], layer[..., 3:])
    return np.concatenate([colours, layer[..., 3:]], axis=-1)


def fade(layer: np.ndarray, opacity: float | np.ndarray) -> np.ndarray:
    """Scale a layer's coverage by a number or by a map (H, W) in 0..1."""
    return layer * np.asarray(opacity, np.float32)[..., None]


def transform(layer: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Move a layer by an affine (2, 3) matrix; what comes from outside is transparent."""
    return cv2.warpAffine(layer, matrix, layer.shape[1::-1], flags=cv2.INTER_LINEAR)


def disc_kernel(radius: float) -> np.ndarray:
    """A defocused point: a disc of ``radius`` px with an antialiased edge, of sum 1."""
    n = int(np.ceil(radius + 0.5))
    y, x = np.mgrid[-n : n + 1, -n : n + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(y, x), 0, 1).astype(np.float32)
    return kernel / kernel.sum()


def motion_kernel(length: float, angle: float, bend: float) -> np.ndarray:
    """A point smeared along an arc of ``length`` px that turns by ``bend`` radians, of sum 1."""
    n = int(np.ceil(length / 2 + 2))
    t = np.linspace(-0.5, 0.5, 64)
    heading = angle + bend * t
    path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=-1), axis=0) * length / 64
    path += n - path.mean(axis=0)
    kernel = np.zeros((2 * n + 1, 2 * n + 1), np.float32)
    corner = np.floor(path).astype(int)
    rest = path - corner
    for dx in (0, 1):
        for dy in (0, 1):
            weight = np.abs(1 - dx - rest[:, 0]) * np.abs(1 - dy - rest[:, 1])
            np.add.at(kernel, (corner[:, 1] + dy, corner[:, 0] + dx), weight)
    return kernel / kernel.sum()


def convolve(layer: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Blur a layer or an image; the border is repeated outwards."""
    blurred = cv2.filter2D(layer, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.clip(blurred, 0, 1)  # large kernels go through a Fourier transform, which rounds


def straight_colours(layer: np.ndarray) -> np.ndarray:
    """Colours (H, W, 3) of a layer, defined at every pixel.

    Where alpha is large these are the layer's own. Where it vanishes they continue the nearest
    ones: the layer is averaged down to a single pixel and each finer level, as far as it covers, is
    laid over the coarser one (pull-push).
    """
    pyramid = [layer]
    while max(pyramid[-1].shape[:2]) > 1:
        h, w = pyramid[-1].shape[:2]
        size = ((w + 1) // 2, (h + 1) // 2)
        pyramid.append(cv2.resize(pyramid[-1], size, interpolation=cv2.INTER_AREA).reshape(
            size[1], size[0], 4))  # fmt: skip
    colours = _unpremultiply(pyramid.pop(), np.full(3, 0.5, np.float32))
    for level in reversed(pyramid):
        colours = cv2.resize(colours, level.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        colours = _unpremultiply(level, colours.reshape(*level.shape[:2], 3))
    return colours


TRUSTED_ALPHA = 0.04  # below it the 8-bit rounding of drawn premultiplied colours shows


def _unpremultiply(layer: np.ndarray, elsewhere: np.ndarray) -> np.ndarray:
    """A layer's straight colours; ``elsewhere`` gains weight as alpha falls below TRUSTED_ALPHA."""
    alpha = layer[..., 3:]
    weight = np.minimum(alpha / TRUSTED_ALPHA, 1)
    own = layer[..., :3] / np.maximum(alpha, 1e-6)
    return np.clip(weight * own + (1 - weight) * elsewhere, 0, 1).astype(np.float32)
