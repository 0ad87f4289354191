"""Draws the pictures of these pages from scenes that the project generates.

python docs/draw_pictures.py        (or: make pictures)
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a plain checkout

import cv2
import numpy as np

from lsmatting_plugin.apis import AlphaEstimator
from lsmatting_plugin.cutout import CutOut, cut_out
from lsmatting_plugin.datasets.procedural import make_background, make_foreground
from lsmatting_plugin.datasets.procedural.writer import merge
from lsmatting_plugin.evaluation.functional import sad
from lsmatting_plugin.foreground import reestimate_foreground
from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.trimap import trimap_of_mask
from lsmatting_plugin.visualization import checkerboard, contact_sheet, regions_over

OUT = Path(__file__).resolve().parent / 'images'
QUALITY = 88  # of the JPEGs
SIZE = 420  # pixels, of the scene
GREEN = (90, 170, 60)  # BGR


class Scene(NamedTuple):
    """An object over a background, as a photo would show it, and the truth about it.

    Attributes:
        fg, bg, photo (ndarray): uint8 BGR (H, W, 3).
        alpha (ndarray): uint8 (H, W).
    """

    fg: np.ndarray
    alpha: np.ndarray
    bg: np.ndarray
    photo: np.ndarray


def main() -> None:
    """Draws all of them."""
    scene, estimate = make_scene(seed=21), AlphaEstimator(device='cpu')
    write('cut_out', cut_out_strip(scene, estimate), cell_size=300)
    write('mixture', mixture(scene))
    write('trimaps', trimaps(scene, estimate))
    write('smoothness', smoothness(scene))
    write('halo', halo(scene, estimate), cell_size=300)


def make_scene(seed: int) -> Scene:
    """A head of hair before something out of focus."""
    rng = np.random.default_rng(seed)
    fg, alpha = make_foreground(SIZE, rng, 'hair')
    bg = cv2.resize(make_background(SIZE, rng), alpha.shape[::-1])
    bg = cv2.GaussianBlur(bg, (0, 0), 5)
    return Scene(fg, alpha, bg, merge(fg, alpha, bg))


def cut_out_strip(scene: Scene, estimate: AlphaEstimator) -> dict[str, np.ndarray]:
    """From the photo to another background."""
    trimap = trimap_of_mask(scene.alpha, width=12)
    cut = cut_out(estimate, scene.photo, trimap)
    height, width = trimap.shape
    other = cv2.resize(make_background(SIZE, np.random.default_rng(9)), (width, height))
    return {
        'photo': scene.photo,
        'trimap': trimap,
        'cut-out': cut.over(checkerboard(height, width)),
        'elsewhere': cut.over(cv2.GaussianBlur(other, (0, 0), 3)),
    }


def mixture(scene: Scene) -> dict[str, np.ndarray]:
    """I = alpha F + (1 - alpha) B."""
    parts = (scene.photo, scene.fg, scene.alpha, scene.bg)
    return dict(zip(('photo I', 'foreground F', 'alpha', 'background B'), parts, strict=True))


def trimaps(scene: Scene, estimate: AlphaEstimator) -> list[dict[str, np.ndarray]]:
    """Trimaps of three widths over the photo, and below each the matte that it leads to."""
    # Of the rough outline that somebody would draw, without the single hairs.
    outline = cv2.morphologyEx(
        (scene.alpha > 127).astype(np.uint8) * 255,
        cv2.MORPH_OPEN,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)),
    )
    upper, lower = {}, {}
    for name, width in (('too narrow', 5), ('good', 40), ('too wide', 100)):
        trimap = trimap_of_mask(outline, width)
        alpha = estimate(scene.photo, trimap)
        everywhere = np.full_like(trimap, 128)
        error = sad(alpha, scene.alpha, everywhere)
        upper[f'{name}: {width} px'] = regions_over(scene.photo, trimap)
        lower[f'its matte: SAD {error:.2f}'] = np.rint(alpha * 255).astype(np.uint8)
    return [upper, lower]


def smoothness(scene: Scene) -> dict[str, np.ndarray]:
    """Colours as data sets have them, rough where alpha is small; and re-estimated."""
    rng = np.random.default_rng(3)
    weight = (1 - scene.alpha[..., None] / 255) ** 2
    green = np.array(GREEN, np.float32)
    noise = rng.normal(0, 30, scene.fg.shape)
    rough = scene.fg + weight * (0.7 * (green - scene.fg) + noise)
    rough = np.rint(np.clip(rough, 0, 255)).astype(np.uint8)
    smooth = reestimate_foreground(rough, scene.alpha)
    white = np.full_like(rough, 255)
    return {
        'alpha': scene.alpha,
        'F as extracted': rough,
        'over white': merge(rough, scene.alpha, white),
        'F re-estimated': smooth,
        'over white ': merge(smooth, scene.alpha, white),
    }


def halo(scene: Scene, estimate: AlphaEstimator) -> dict[str, np.ndarray]:
    """A detail of the cut-out over dark grey, with the photo's colours and with its own."""
    trimap = trimap_of_mask(scene.alpha, width=12)
    cut = cut_out(estimate, scene.photo, trimap)
    window = softest_window(scene.alpha, SIZE // 3)
    dark = np.full_like(scene.photo, 40)
    pictures = {
        'photo': scene.photo,
        "alpha, the photo's colours": CutOut(cut.alpha, scene.photo).over(dark),
        'alpha, its own colours': cut.over(dark),
    }
    return {name: enlarged(picture[window]) for name, picture in pictures.items()}


def softest_window(alpha: np.ndarray, side: int) -> tuple[slice, slice]:
    """The square in which most pixels are neither object nor background."""
    is_soft = ((alpha > 20) & (alpha < 235)).astype(np.float32)
    share = cv2.boxFilter(is_soft, -1, (side, side), borderType=cv2.BORDER_CONSTANT)
    half = side // 2
    inner = share[half:-half, half:-half]
    row, column = np.unravel_index(inner.argmax(), inner.shape)
    return slice(row, row + side), slice(column, column + side)


def enlarged(picture: np.ndarray) -> np.ndarray:
    """Twice as large."""
    return cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def write(
    name: str,
    rows: dict[str, np.ndarray] | Sequence[dict[str, np.ndarray]],
    cell_size: int = 260,
) -> None:
    """Rows of pictures with their names above (the first) or below (the others)."""
    first, *others = [rows] if isinstance(rows, dict) else rows
    captions = ['', *(list(row) for row in others)]
    pictures = [list(row.values()) for row in (first, *others)]
    sheet = contact_sheet(pictures, list(first), captions, cell_size=cell_size)
    path = OUT / f'{name}.jpg'
    write_image(sheet, path, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == '__main__':
    main()
