"""Foregrounds that look like photographs."""

from collections.abc import Sequence

import cv2
import numpy as np

from ...image_files import images_by_stem
from ...image_io import read_image
from ...registry import TRANSFORMS
from .base import RandomTransform, as_probability, as_range
from .blob import random_blob
from .shading import shade_like

MIN_CROP = 16  # pixels


@TRANSFORMS.register_module()
class RandomPhotoTexture(RandomTransform):
    """Paint a foreground with parts of photographs, under its own matte.

    Generated foregrounds have the mattes of real things, but fewer textures. The crop is enlarged
    or reduced. By one coin it keeps the light and shade of what it replaces; by
    another a second photograph covers some patches, so that what the trimap hides may look like
    nothing that it shows.

    Required keys: ``fg`` (uint8, (H, W, 3)). Modified keys: the same.

    Args:
        photos (str): Folder of photographs.
        prob (float): Probability of painting, 0..1.
        zoom (tuple[float, float]): Range of the enlargement, drawn evenly over its logarithm.
        shade_prob (float): Probability of keeping light and shade, 0..1.
        patch_prob (float): Probability of the second photograph, 0..1.

    Raises:
        FileNotFoundError: There is no photograph.
        ValueError: An argument is out of range; later, that a photograph cannot be read.
    """

    def __init__(
        self,
        photos: str,
        prob: float = 0.5,
        zoom: tuple[float, float] = (0.5, 4),
        shade_prob: float = 0.5,
        patch_prob: float = 0.4,
    ) -> None:
        super().__init__(prob)
        self.photos = photos
        self.zoom = as_range('zoom', zoom, minimum=1e-2)
        self.shade_prob = as_probability('shade_prob', shade_prob)
        self.patch_prob = as_probability('patch_prob', patch_prob)
        advice = 'Any folder of photographs will do'
        self._paths = sorted(images_by_stem(photos, 'photographs for textures', advice).values())

    def _change(self, results: dict, rng: np.random.Generator) -> None:
        fg = results['fg']
        shape = fg.shape[:2]
        painted = self._crop(shape, rng)
        if rng.random() < self.patch_prob:
            patches = random_blob(shape, rng)[..., None]
            painted = painted + (self._crop(shape, rng) - painted) * patches
        if rng.random() < self.shade_prob:
            results['fg'] = shade_like(painted, fg)
        else:
            results['fg'] = np.rint(np.clip(painted, 0, 255)).astype(np.uint8)

    def _crop(self, shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
        """Part of a random photograph in that size, float32."""
        path = self._paths[rng.integers(len(self._paths))]
        try:
            photo = read_image(path)
        except ValueError as error:
            raise ValueError(f'photos: {error}, or remove it') from error
        zoom = np.exp(rng.uniform(*np.log(self.zoom)))
        sides = [
            int(np.clip(wanted / zoom, min(MIN_CROP, limit), limit))
            for wanted, limit in zip(shape, photo.shape[:2], strict=True)
        ]
        top, left = (
            int(rng.integers(limit - side + 1))
            for limit, side in zip(photo.shape[:2], sides, strict=True)
        )
        crop = photo[top : top + sides[0], left : left + sides[1]]
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        way = cv2.INTER_AREA if sides[0] > shape[0] else cv2.INTER_CUBIC
        return cv2.resize(crop, (shape[1], shape[0]), interpolation=way).astype(np.float32)
