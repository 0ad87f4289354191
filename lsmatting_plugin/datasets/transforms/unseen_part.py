"""Parts of an object of which the trimap shows nothing."""

import cv2
import numpy as np

from ...registry import TRANSFORMS
from ...trimap import FG, UNKNOWN
from .base import RandomTransform, as_range
from .blob import random_blob
from .shading import shade_like


@TRANSFORMS.register_module()
class RandomUnseenPart(RandomTransform):
    """Give a part of the foreground colours of its own, and leave all of it unknown.

    Such is the flag in a toy's hand round which a user paints generously: no known pixel has its
    colours, and methods that look for these take it for background. The part is an ellipse or a
    rotated rectangle around a random opaque pixel, in two random colours under the light and shade
    of what was there. Where no known foreground would be left, nothing changes.

    Required keys: ``fg`` (uint8, (H, W, 3)), ``alpha``, ``trimap`` (uint8, (H, W): 0, 128, 255).
    Modified keys: ``fg``, ``trimap``.

    Args:
        prob (float): Probability of the change, 0..1.
        size (tuple[float, float]): Range of the part's two diameters, of the picture's long side.
        margin (tuple[int, int]): Range of what is unknown round it, pixels.

    Raises:
        ValueError: An argument is out of range.
    """

    def __init__(
        self,
        prob: float = 0.2,
        size: tuple[float, float] = (0.1, 0.5),
        margin: tuple[int, int] = (3, 20),
    ) -> None:
        super().__init__(prob)
        self.size = as_range('size', size, 0, 1)
        self.margin = as_range('margin', margin, 1)

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        fg, alpha, trimap = (results[key] for key in ('fg', 'alpha', 'trimap'))
        opaque = np.flatnonzero(alpha > 127)
        if not len(opaque):
            return
        row, column = divmod(int(opaque[rng.integers(len(opaque))]), alpha.shape[1])
        sides = rng.uniform(*self.size, 2) * max(alpha.shape)
        part = np.zeros(alpha.shape, np.uint8)
        box = (column, row), tuple(sides), rng.uniform(0, 180)
        if rng.random() < 0.5:
            cv2.ellipse(part, box, 1, cv2.FILLED)
        else:
            cv2.fillConvexPoly(part, np.rint(cv2.boxPoints(box)).astype(np.int32), 1)
        reach = 2 * int(rng.integers(*self.margin, endpoint=True)) + 1
        is_near = cv2.dilate(part & (alpha > 0), np.ones((reach, reach), np.uint8)) > 0
        hidden = np.where(is_near, np.uint8(UNKNOWN), trimap)
        if not (hidden == FG).any():
            return
        colours = rng.uniform(0, 255, (2, 3)).astype(np.float32)
        mixed = colours[0] + (colours[1] - colours[0]) * random_blob(alpha.shape, rng)[..., None]
        results['fg'] = np.where(part[..., None] > 0, shade_like(mixed, fg), fg)
        results['trimap'] = hidden
