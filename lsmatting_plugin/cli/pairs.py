"""Which image goes with which trimap, and where its result is written."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..image_files import images_by_stem
from ..whole_files import require_apart

ADVICE = 'Known are the suffixes of PNG, JPEG, TIFF, WebP and BMP.'


class Pair(NamedTuple):
    """An image to work on.

    Attributes:
        image (Path): The photo.
        trimap (Path | None): Its trimap; None where none was found.
        out (Path): Where the result goes.
    """

    image: Path
    trimap: Path | None
    out: Path


def find_pairs(
    image: str,
    trimap: str,
    out: str,
    suffix: str,
    recursive: bool,
    for_all: str | None = None,
) -> list[Pair]:
    """Images with their trimaps.

    Args:
        image (str): A file, a folder, or a pattern such as ``'photos/*.jpg'``.
        trimap (str): A file for one image, else a folder in which it has the image's stem.
        out (str): A file for one image, else a folder.
        suffix (str): Of results in a folder.
        recursive (bool): Reads the subfolders of a folder too, and keeps them in ``out``.
        for_all (str, optional): A file from which every result is made, beside its own.

    Raises:
        FileNotFoundError: There is no such image or folder.
        ValueError: One trimap is given for several images, or a result would take the place of
            what it is made from.
    """
    _require_names(image, trimap, out)
    images = _images(image, recursive)
    if images is None:
        result = _result(image, out, suffix)
        if not Path(trimap).is_dir():
            return keep_apart([Pair(Path(image), Path(trimap), result)], for_all)
        images = {Path(image).stem: image}
        results = [result]
    else:
        results = [Path(out, stem + suffix) for stem in images]
    if not Path(trimap).is_dir():
        raise ValueError(f'{trimap}: for several images, trimaps lie in a folder, of equal names')
    trimaps = images_by_stem(trimap, 'trimaps', ADVICE, recursive)
    return keep_apart(
        [
            Pair(Path(path), Path(trimaps[stem]) if stem in trimaps else None, result)
            for (stem, path), result in zip(images.items(), results, strict=True)
        ],
        for_all,
    )


def find_images(
    image: str, out: str, suffix: str, recursive: bool, for_all: str | None = None
) -> list[Pair]:
    """Images alone; arguments and errors as of :func:`find_pairs`."""
    _require_names(image, out)
    images = _images(image, recursive)
    if images is None:
        return keep_apart([Pair(Path(image), None, _result(image, out, suffix))], for_all)
    return keep_apart(
        [Pair(Path(path), None, Path(out, stem + suffix)) for stem, path in images.items()], for_all
    )


def files_beside(paths: Iterable[Path]) -> set[Path]:
    """What is in their folders: over a network one listing is faster than asking for each."""
    folders = [folder for folder in {path.parent for path in paths} if folder.is_dir()]
    return {Path(entry) for folder in folders for entry in os.scandir(folder)}


def _require_names(*paths: str) -> None:
    if '' in paths:
        raise ValueError('an empty name for a file or folder; is a variable of the shell not set?')


def keep_apart(pairs: list[Pair], for_all: str | None = None) -> list[Pair]:
    """The pairs as they are.

    Raises:
        ValueError: A result would take the place of its own image or trimap, or of what is for all.
    """
    there = files_beside(pair.out for pair in pairs)
    for pair in pairs:
        if pair.out in there:
            require_apart(pair.out, filter(None, (pair.image, pair.trimap, for_all)))
    return pairs


def _images(image: str, recursive: bool) -> dict[str, str] | None:
    """Stems and paths of several images; None where it is a single one.

    Raises:
        FileNotFoundError: There is none.
    """
    if Path(image).is_dir():
        return images_by_stem(image, 'images', ADVICE, recursive)
    if Path(image).exists():
        return None
    if not glob.has_magic(image):
        raise FileNotFoundError(f'{image}: no such file or folder')
    paths = sorted(path for path in glob.glob(image, recursive=True) if Path(path).is_file())
    if not paths:
        raise FileNotFoundError(f'{image}: no file fits this pattern')
    stems = {Path(path).stem: path for path in paths}
    if len(stems) < len(paths):
        raise ValueError(f'{image}: two of these files differ in folder or extension only')
    return stems


def _result(image: str, out: str, suffix: str) -> Path:
    """Where the result of a single image goes: a file, or of its name in a folder."""
    is_folder = Path(out).is_dir() or out.endswith(('/', '\\'))
    return Path(out, Path(image).stem + suffix) if is_folder else Path(out)
