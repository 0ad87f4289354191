"""Real photographs to mix into the generated backgrounds: a folder, or a library's samples."""

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from ...image_files import IMAGE_SUFFIXES
from ...image_io import read_image
from .foregrounds import draw_shape

# library -> (what pip installs, folder inside the library, the photographs among its files)
LIBRARIES = {
    'skimage': (
        'scikit-image',
        'data',
        ('astronaut', 'brick', 'chelsea', 'clock_motion', 'coffee', 'grass', 'gravel', 'rocket'),
    ),
    'sklearn': ('scikit-learn', 'datasets/images', ('china', 'flower')),
}
SMALLEST_CROP = 0.5  # of the largest crop of the drawn aspect


def find_photos(source: str | Path) -> list[Path]:
    """The photographs of a source, sorted.

    Args:
        source (str | Path): A folder (searched with its subfolders), or 'skimage' or 'sklearn',
            whose sample photographs are taken from the installed library.

    Raises:
        ModuleNotFoundError: The library is not installed.
        FileNotFoundError: There is no such folder, or no photograph in it.
    """
    if str(source) in LIBRARIES:
        package, folder, names = LIBRARIES[str(source)]
        spec = find_spec(str(source))
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(
                f"photos='{source}' takes the sample photographs of {package}, which is not "
                f'installed: run `pip install {package}`, or name a folder of photographs'
            )
        root = Path(spec.origin).parent / folder
    else:
        root, names = Path(source).expanduser(), None
        if not root.is_dir():
            raise FileNotFoundError(
                f"photos: '{root}' is not a folder: name a folder of photographs or one of "
                f'{", ".join(LIBRARIES)}'
            )
    found = sorted(
        path
        for path in root.rglob('*')
        if path.suffix.lower() in IMAGE_SUFFIXES and (names is None or path.stem in names)
    )
    if not found:
        kinds = ', '.join(sorted(IMAGE_SUFFIXES))
        raise FileNotFoundError(f"photos: no photograph ({kinds}) in '{root}'")
    return found


def photo_background(path: Path, size: int, rng: np.random.Generator) -> np.ndarray:
    """A random crop of a photograph, scaled so that its long side is ``size``; (H, W, 3) uint8 BGR.

    Raises:
        ValueError: The file cannot be decoded.
    """
    try:
        image = read_image(path)
    except ValueError as error:
        raise ValueError(f'photos: {error}, or remove it') from error
    h, w = draw_shape(size, rng)
    scale = min(image.shape[0] / h, image.shape[1] / w) * rng.uniform(SMALLEST_CROP, 1)
    crop_h, crop_w = max(1, int(h * scale)), max(1, int(w * scale))
    top = int(rng.integers(image.shape[0] - crop_h + 1))
    left = int(rng.integers(image.shape[1] - crop_w + 1))
    crop = image[top : top + crop_h, left : left + crop_w]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return cv2.resize(crop, (w, h), interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC)
