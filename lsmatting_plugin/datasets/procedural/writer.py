"""Writes a generated data set in the folder layout of Adobe Image Matting (AIM)."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from ...compositing import composite_over
from ...image_io import is_intact, write_image
from ...parallel import available_cores, unordered_map
from ...progress import progress_bar
from ...whole_files import remove_leftovers, write_file
from ..preparation.manifest import MANIFEST, UNFINISHED_MANIFEST
from .backgrounds import make_background
from .foregrounds import KIND_CYCLE, MIN_SIZE, make_foreground
from .photos import find_photos, photo_background
from .trimap import make_trimap

GENERATOR_VERSION = 1
"""Raised whenever the same arguments give other pictures than before."""

FOLDERS = (
    'train/fg', 'train/alpha', 'train/coco_bg', 'test/merged', 'test/trimaps', 'test/alpha_copy',
)  # fmt: skip

# The second number of an item's seed (seed, role, index): no two roles share a picture.
TRAIN_FG, TRAIN_BG, TEST_FG, TEST_BG, TEST_TRIMAP = range(5)

TRIMAP_DISTANCES = (4, 20)  # px at a long side of TRIMAP_SIZE; each test image draws its own
TRIMAP_SIZE = 512
JPEG_QUALITY = 95
PNG_COMPRESSION = 3
MAX_WORKERS = 8  # by default; each needs up to 500 MB at a size of 1024


@dataclass(frozen=True)
class _Plan:
    """All that the pictures depend on, besides an item's role and index."""

    root: Path
    size: int
    seed: int
    bgs_per_test_fg: int
    photos: tuple[Path, ...]
    photo_share: float

    def rng(self, role: int, index: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, role, index])

    def background(self, role: int, index: int) -> np.ndarray:
        rng = self.rng(role, index)
        if self.photos and rng.random() < self.photo_share:
            return photo_background(self.photos[rng.integers(len(self.photos))], self.size, rng)
        return make_background(self.size, rng)

    def files(self, role: int, index: int) -> list[Path]:
        """What an item (a foreground pair, a background, a test foreground) leaves on the disk."""
        kind = KIND_CYCLE[index % len(KIND_CYCLE)]
        if role == TRAIN_FG:
            return [self.root / f'train/{part}/{kind}_{index:05d}.png' for part in ('fg', 'alpha')]
        if role == TRAIN_BG:
            return [self.root / f'train/coco_bg/bg_{index:06d}.jpg']
        return [
            self.root / f'test/{part}/{kind}_{index:04d}_{number}.png'
            for number in range(self.bgs_per_test_fg)
            for part in ('merged', 'trimaps', 'alpha_copy')
        ]

    def images(self, role: int, index: int) -> Iterator[np.ndarray]:
        """The pictures of an item, in the order of its files."""
        if role == TRAIN_BG:
            yield self.background(TRAIN_BG, index)
            return
        kind = KIND_CYCLE[index % len(KIND_CYCLE)]
        fg, alpha = make_foreground(self.size, self.rng(role, index), kind)
        if role == TRAIN_FG:
            yield from (fg, alpha)
            return
        for number in range(self.bgs_per_test_fg):
            composite = index * self.bgs_per_test_fg + number
            yield merge(fg, alpha, self.background(TEST_BG, composite))
            low, high = np.array(TRIMAP_DISTANCES) * self.size / TRIMAP_SIZE
            distance = self.rng(TEST_TRIMAP, composite).uniform(low, high)
            yield make_trimap(alpha, distance)
            yield alpha


def merge(fg: np.ndarray, alpha: np.ndarray, bg: np.ndarray) -> np.ndarray:
    """A foreground over a background of any size.

    Args:
        fg (np.ndarray): (H, W, 3) uint8.
        alpha (np.ndarray): (H, W) uint8.
        bg (np.ndarray): Any size, uint8: scaled to cover fg, keeping its aspect, and cut to it.

    Returns:
        np.ndarray: (H, W, 3) uint8.
    """
    # Not by visualization's cover: a seed stands for these pixels, see GENERATOR_VERSION.
    h, w = alpha.shape
    scale = max(h / bg.shape[0], w / bg.shape[1])
    size = (max(w, round(bg.shape[1] * scale)), max(h, round(bg.shape[0] * scale)))
    bg = cv2.resize(bg, size, interpolation=cv2.INTER_CUBIC)[:h, :w]
    return composite_over(fg, alpha, bg)


def write_dataset(
    root: str | Path,
    num_fg: int = 60,
    num_bg: int = 80,
    size: int = 384,
    seed: int = 0,
    num_test_fg: int = 8,
    bgs_per_test_fg: int = 2,
    num_workers: int | None = None,
    photos: str | Path | None = None,
    photo_share: float = 0.5,
    progress: bool = True,
) -> Path:
    """Write a data set, or complete one that was cut off, or leave a complete one as it is.

    The files are ``train/{fg,alpha,coco_bg}`` and ``test/{merged,trimaps,alpha_copy}``, as AIM and
    Composition-1k are laid out; foregrounds go through ``KIND_CYCLE`` and bear their kind in their
    names. Picture i of a role depends on (seed, role, i) alone, not on the number of workers.
    ``manifest.json``, written last, holds the arguments.

    Args:
        root (str | Path): Folder, made if it does not exist.
        num_fg (int): Training foregrounds.
        num_bg (int): Training backgrounds.
        size (int): Long side of every picture, px.
        seed (int): Another seed, another data set.
        num_test_fg (int): Test foregrounds, none of them a training foreground.
        bgs_per_test_fg (int): Composites of each test foreground, each over its own background.
        num_workers (int, optional): Processes; 0 works in this one, None takes one a core, up to 8.
        photos (str | Path, optional): A folder of photographs, or 'skimage' or 'sklearn' for the
            samples of that library: some of the backgrounds are then cut from these.
        photo_share (float): How many of the backgrounds, 0..1, where there are photographs.
        progress (bool): Show a progress line and messages.

    Returns:
        Path: ``root``.

    Raises:
        ValueError: An argument is out of range.
        FileExistsError: ``root`` holds another data set.
        ModuleNotFoundError, FileNotFoundError: ``photos`` cannot be found.
    """
    counts = {
        'num_fg': num_fg,
        'num_bg': num_bg,
        'num_test_fg': num_test_fg,
        'bgs_per_test_fg': bgs_per_test_fg,
        'seed': seed,
        'num_workers': num_workers or 0,
    }
    for name, count in counts.items():
        if count < 0:
            raise ValueError(f'{name} must not be negative, not {count}')
    if size < MIN_SIZE:
        raise ValueError(f'size must be at least {MIN_SIZE} px, not {size}')
    if not 0 <= photo_share <= 1:
        raise ValueError(f'photo_share must be within 0..1, not {photo_share}')
    root = Path(root)
    photo_files = tuple(find_photos(photos)) if photos else ()
    arguments: dict[str, object] = {
        'num_fg': num_fg,
        'num_bg': num_bg,
        'size': size,
        'seed': seed,
        'num_test_fg': num_test_fg,
        'bgs_per_test_fg': bgs_per_test_fg,
        'photos': str(photos) if photos else None,
        'photo_files': [path.name for path in photo_files],
    }
    if photo_files:
        arguments['photo_share'] = photo_share
    manifest = {'generator_version': GENERATOR_VERSION, 'arguments': arguments}
    plan = _Plan(root, size, seed, bgs_per_test_fg, photo_files, photo_share)
    items = [
        *((TRAIN_FG, i) for i in range(num_fg)),
        *((TRAIN_BG, i) for i in range(num_bg)),
        *((TEST_FG, i) for i in range(num_test_fg)),
    ]
    is_complete = _check_manifest(root, manifest)
    if is_complete and all(path.exists() for item in items for path in plan.files(*item)):
        if progress:
            print(f'{root} already holds this data set: reused')
        return root

    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    unfinished = root / UNFINISHED_MANIFEST
    write_file(json.dumps(manifest, indent=2).encode(), unfinished)
    (root / MANIFEST).unlink(missing_ok=True)
    if num_workers is None:
        num_workers = min(available_cores(), MAX_WORKERS)
    reused = 0
    with progress_bar(quiet=not progress) as bar:
        done = unordered_map(partial(_make_item, plan), items, num_workers)
        for _, result in bar.track(done, total=len(items), description='Generating'):
            if isinstance(result, Exception):
                raise result
            reused += result
    if progress and reused:
        print(f'{reused} of {len(items)} items were already there')
    remove_leftovers(root)
    os.replace(unfinished, root / MANIFEST)
    return root


def _check_manifest(root: Path, manifest: dict) -> bool:
    """Whether ``root`` holds this data set completely; an error if it holds another one."""
    advice = 'choose another folder, or remove this one to write it anew'
    for name in (MANIFEST, UNFINISHED_MANIFEST):
        if not (root / name).is_file():
            continue
        try:
            found = json.loads((root / name).read_text())
            old = {'generator_version': found['generator_version'], **found['arguments']}
        except (ValueError, KeyError, TypeError):
            raise FileExistsError(
                f'{root / name} is not a manifest of this tool: {advice}'
            ) from None
        new = {'generator_version': manifest['generator_version'], **manifest['arguments']}
        changed = [f'{k}={old.get(k)!r} (now {new.get(k)!r})' for k in new if old.get(k) != new[k]]
        if changed:
            raise FileExistsError(f'{root} was written with {", ".join(changed)}: {advice}')
        return name == MANIFEST
    if any((root / folder).is_dir() and any((root / folder).iterdir()) for folder in FOLDERS):
        raise FileExistsError(f'{root} holds files that this tool did not write: {advice}')
    return False


def _make_item(plan: _Plan, item: tuple[int, int]) -> bool:
    """Write the files of one item unless all are there and readable; whether they were."""
    files = plan.files(*item)
    if all(is_intact(path) for path in files):
        return True
    for path, image in zip(files, plan.images(*item), strict=True):
        options = (
            [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
            if path.suffix == '.jpg'
            else [cv2.IMWRITE_PNG_COMPRESSION, PNG_COMPRESSION]
        )
        write_image(image, path, options)
    return False
