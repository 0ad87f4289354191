"""Finding the photographs of COCO and VOC that serve as backgrounds."""

import re
from collections.abc import Iterable
from pathlib import Path

from ...image_files import IMAGE_SUFFIXES, images_by_stem
from .names import key_of

# Where COCO and VOC keep their photographs, should a folder above be given. VOC's others hold
# segmentations under the same names.
PHOTO_FOLDERS = ('JPEGImages', 'train2017', 'train2014')
ADVICE = (
    "Give COCO's folder of training images, train2017 or train2014, as --coco, and VOC2012's "
    'JPEGImages as --voc.'
)


def photos_in(folder: str | Path, purpose: str) -> list[str]:
    """The photographs of COCO or VOC.

    Args:
        folder (str | Path): Holds them itself, or one of ``PHOTO_FOLDERS`` up to three levels down.
        purpose (str): What the folder holds, for errors.

    Returns:
        list[str]: Files, sorted by name.

    Raises:
        FileNotFoundError: There are none.
        ValueError: Two differ in their extension only.
    """
    folder = Path(folder)
    if folder.is_dir() and not any(p.suffix.lower() in IMAGE_SUFFIXES for p in folder.iterdir()):
        below = (
            path
            for name in PHOTO_FOLDERS
            for levels in ('', '*/', '*/*/')
            for path in sorted(folder.glob(f'{levels}{name}'))
            if path.is_dir()
        )
        folder = next(below, folder)
    return list(images_by_stem(folder, purpose, ADVICE).values())


def find_listed(names: Iterable[str], folder: str | Path, purpose: str) -> dict[str, str | None]:
    """Where listed photographs are.

    COCO's of 2014, ``COCO_train2014_000000000009.jpg``, are found under the names of 2017 too, and
    the other way round.

    Args:
        names (Iterable[str]): With or without extension.
        folder (str | Path): See :func:`photos_in`.
        purpose (str): What the folder holds, for errors.

    Returns:
        dict[str, str | None]: Name -> file, None where there is none.

    Raises:
        FileNotFoundError, ValueError: See :func:`photos_in`.
    """
    by_key = {_photo_key(path): path for path in photos_in(folder, purpose)}
    return {name: by_key.get(_photo_key(name)) for name in names}


def _photo_key(name: str) -> str:
    return re.sub(r'^coco_(train|val|test)20\d\d_', '', key_of(name))
