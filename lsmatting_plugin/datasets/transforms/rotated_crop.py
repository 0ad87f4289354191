"""The geometry of a training sample: a rotated crop around the foreground, resampled once."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ...image_sizes import common_size
from ...registry import TRANSFORMS
from .base import Transform, as_probability, as_range
from .randomness import generator
from .size import resize

# A window is chosen by about this many pixels of the alpha matte, on a grid across it.
GRID_PIXELS = 256**2
# With fewer of them in the foreground, all pixels are looked at.
MIN_GRID_FOREGROUND = 64


@dataclass(frozen=True)
class View:
    """Where a crop takes its pixels from: the steps from an image to its part of the sample.

    Attributes:
        size (tuple[int, int]): Height and width that the image is brought to.
        rotation (ndarray | None): Affine matrix (2, 3) from there to the frame; None for no
            rotation.
        frame (tuple[int, int]): Height and width to which the rotated image is enlarged.
        top, left (int): Corner of the window in the frame.
        side (int): Height and width of the window.
        output (int): Height and width that the window is brought to.
        is_flipped (bool): Whether left and right then change places.
    """

    size: tuple[int, int]
    rotation: np.ndarray | None
    frame: tuple[int, int]
    top: int
    left: int
    side: int
    output: int
    is_flipped: bool

    def of(self, image: np.ndarray) -> np.ndarray:
        """The crop, (output, output) or (output, output, 3); what lies outside the image is 0.

        The steps are affine maps. With a rotation their product is one cubic warp of the pixels
        that are wanted. Without one they stay along the axes, where a resize is faster than a warp.
        """
        if self.rotation is None:
            crop = self._cut(resize(resize(image, *self.size), *self.frame))
        else:
            window = (self.side, self.side)
            output = (self.output, self.output)
            to_output = (
                _resizing(window, output)
                @ _shift(-self.left, -self.top)
                @ _resizing(self.size, self.frame)
                @ _square(self.rotation)
                @ _resizing(image.shape[:2], self.size)
            )
            crop = cv2.warpAffine(image, to_output[:2], output, flags=cv2.INTER_CUBIC)
        return cv2.flip(crop, 1) if self.is_flipped else crop

    def _cut(self, frame: np.ndarray) -> np.ndarray:
        window = frame[self.top : self.top + self.side, self.left : self.left + self.side]
        return resize(window, self.output, self.output)


@TRANSFORMS.register_module()
class RandomRotatedCrop(Transform):
    """Rotate, crop a square around the foreground, flip and resize: all geometry in one resampling.

    1. The background is brought to the foreground's size.
    2. By one coin foreground and background are rotated, each by an angle of its own, uniform
       within +-``max_angle``, about the centre moved by whole pixels within +-``max_shift``. The
       size stays and what comes in from outside is 0.
    3. A square window of a random size is placed around a random pixel with alpha > 0 (the image's
       centre if there is none) and moved to lie within the image; it is drawn again while its
       share of soft pixels, 0 < alpha < 255, is below ``min_share`` of the image's; the last try
       stands. An image smaller than the window is enlarged first.
    4. Foreground and background are flipped, each by a coin of its own.
    5. The window is brought to ``size``.

    All resampling is cubic. The pixels are those of the separate steps where nothing is rotated; a
    rotated sample is resampled once in place of twice or three times, and so slightly sharper. The
    window is chosen by a grid of about 256 x 256 pixels of the rotated alpha, at a random offset so
    that each pixel is as likely to be the centre.

    Required keys: ``fg``, ``bg`` (uint8, (H, W, 3)), ``alpha`` (uint8, (H, W), of fg's size).
    Modified keys: the same, all of ``size``.

    Source: the paper's recipe, training pipeline.

    Args:
        size (int): Height and width of the sample in pixels.
        crop_range (tuple[int, int]): Side of the window in pixels, uniform, made even.
        max_tries (int): Most draws of the window.
        min_share (float): See step 3.
        rotate_prob (float): Probability of rotating, 0..1.
        max_angle (float): Degrees.
        max_shift (int): Pixels along each axis.
        flip_prob (float): Probability of flipping, 0..1.

    Raises:
        ValueError: If an argument is out of range, or ``fg`` and ``alpha`` differ in size.
    """

    def __init__(
        self,
        size: int = 640,
        crop_range: tuple[int, int] = (480, 800),
        max_tries: int = 5,
        min_share: float = 0.8,
        rotate_prob: float = 0.5,
        max_angle: float = 180,
        max_shift: int = 10,
        flip_prob: float = 0.5,
    ) -> None:
        if size < 1 or max_tries < 1:
            raise ValueError(f'size and max_tries must be at least 1, got {size} and {max_tries}')
        if min(min_share, max_angle, max_shift) < 0:
            raise ValueError(
                'min_share, max_angle and max_shift must not be negative, '
                f'got {min_share}, {max_angle} and {max_shift}'
            )
        self.size = size
        self.crop_range = as_range('crop_range', crop_range, minimum=2)
        self.max_tries = max_tries
        self.min_share = min_share
        self.rotate_prob = as_probability('rotate_prob', rotate_prob)
        self.max_angle = max_angle
        self.max_shift = max_shift
        self.flip_prob = as_probability('flip_prob', flip_prob)

    def transform(self, results: dict) -> dict:
        """Draw the views of foreground and background, and resample."""
        fg_view, bg_view = self.draw(results)
        for key, view in (('fg', fg_view), ('alpha', fg_view), ('bg', bg_view)):
            results[key] = view.of(results[key])
        return results

    def draw(self, results: dict) -> tuple[View, View]:
        """The views of foreground (and alpha) and of background that a sample gets."""
        rng = generator(results)
        size = common_size(results, ('fg', 'alpha'))
        side = int(rng.integers(*self.crop_range, endpoint=True)) // 2 * 2
        is_rotated = rng.random() < self.rotate_prob
        rotations = [self._draw_rotation(size, rng) if is_rotated else None for _ in range(2)]
        frame = enlarged(size, side)
        top, left = self._draw_window(results['alpha'], rotations[0], frame, side, rng)
        fg_view, bg_view = (
            View(size, rotation, frame, top, left, side, self.size, rng.random() < self.flip_prob)
            for rotation in rotations
        )
        return fg_view, bg_view

    def _draw_rotation(self, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        height, width = size
        angle = rng.uniform(-self.max_angle, self.max_angle)
        shift = rng.integers(-self.max_shift, self.max_shift, size=2, endpoint=True)
        centre = ((width - 1) / 2 + shift[0], (height - 1) / 2 + shift[1])
        return cv2.getRotationMatrix2D(centre, angle, scale=1)

    def _draw_window(
        self,
        alpha: np.ndarray,
        rotation: np.ndarray | None,
        frame: tuple[int, int],
        side: int,
        rng: np.random.Generator,
    ) -> tuple[int, int]:
        """Top and left of the window in the frame."""
        coarse = max(math.isqrt(frame[0] * frame[1] // GRID_PIXELS), 1)
        for step in (coarse, 1):
            first = rng.integers(step, size=2)
            grid = _sample_grid(alpha, rotation, frame, first, step)
            centres = np.flatnonzero(grid)
            if centres.size >= MIN_GRID_FOREGROUND:
                break
        is_soft = (grid > 0) & (grid < 255)
        wanted = self.min_share * is_soft.mean()
        for _ in range(self.max_tries):
            if centres.size:
                centre = first + step * np.array(divmod(rng.choice(centres), grid.shape[1]))
            else:
                centre = np.array(frame) // 2
            corner = np.clip(centre - side // 2, 0, np.array(frame) - side)
            # Points i of the grid with corner <= first + step i < corner + side
            begin, end = -(-(corner - first) // step), -(-(corner + side - first) // step)
            if is_soft[begin[0] : end[0], begin[1] : end[1]].mean() >= wanted:
                break
        return int(corner[0]), int(corner[1])


def enlarged(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Height and width, multiplied so that both are at least ``side``."""
    factor = max(side / length for length in size)
    if factor <= 1:
        return size
    # + 1 and the maximum: rounding must not leave the image smaller than the window.
    height, width = (max(int(length * factor + 1), side) for length in size)
    return height, width


def _sample_grid(
    alpha: np.ndarray,
    rotation: np.ndarray | None,
    frame: tuple[int, int],
    first: np.ndarray,
    step: int,
) -> np.ndarray:
    """Every step-th row and column of the rotated alpha in its frame, from ``first`` on."""
    if rotation is None:
        return resize(alpha, *frame)[first[0] :: step, first[1] :: step]
    height, width = (-(-(frame[axis] - first[axis]) // step) for axis in (0, 1))
    to_grid = (
        np.diag((1 / step, 1 / step, 1))
        @ _shift(-first[1], -first[0])
        @ _resizing(alpha.shape, frame)
        @ _square(rotation)
    )
    return cv2.warpAffine(alpha, to_grid[:2], (width, height), flags=cv2.INTER_CUBIC)


def _square(affine: np.ndarray) -> np.ndarray:
    """(2, 3) to (3, 3), so that maps can be multiplied."""
    return np.vstack([affine, (0, 0, 1)])


def _shift(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def _resizing(old: tuple[int, int], new: tuple[int, int]) -> np.ndarray:
    """The map of a resize, (height, width) each: x' = (x + 1/2) s - 1/2, s = new / old."""
    y, x = (new[axis] / old[axis] for axis in (0, 1))
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])
