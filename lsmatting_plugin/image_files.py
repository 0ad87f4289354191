"""Folders of images, whose partners have the same name in other folders."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

IMAGE_SUFFIXES = frozenset({'.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff', '.webp'})


def images_by_stem(
    folder: str | Path, purpose: str, advice: str, recursive: bool = False
) -> dict[str, str]:
    """The image files of a folder by their name without extension, sorted.

    Args:
        folder (str | Path): Hidden files and those of other kinds are passed over.
        purpose (str): What the folder holds, for errors.
        advice (str): How to get the data, for errors.
        recursive (bool): Also reads its subfolders.

    Returns:
        dict[str, str]: Stem -> path; stems of subfolders' files begin with those folders.

    Raises:
        FileNotFoundError: The folder is absent or holds no image.
        ValueError: Two files differ in their extension only.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f'No folder {folder}, which should hold the {purpose}. {advice}')
    paths: dict[str, str] = {}
    for path in sorted(_files(folder, recursive)):
        if path.suffix.lower() not in IMAGE_SUFFIXES or path.name.startswith('.'):
            continue
        stem = path.relative_to(folder).with_suffix('').as_posix()
        if stem in paths:
            raise ValueError(
                f'{paths[stem]} and {path} have the same stem, so that their partners in the '
                'other folders cannot be told apart. Rename or remove one'
            )
        paths[stem] = str(path)
    if not paths:
        raise FileNotFoundError(f'{folder} should hold the {purpose}, but has no image. {advice}')
    return paths


def _files(folder: Path, recursive: bool) -> Iterator[Path]:
    """What lies in a folder; in linked folders below it too, each once."""
    seen = set()
    for here, subfolders, names in os.walk(folder, followlinks=True):
        if not recursive or os.path.realpath(here) in seen:
            subfolders.clear()
        if os.path.realpath(here) not in seen:
            yield from (Path(here, name) for name in names)
        seen.add(os.path.realpath(here))


def require_partners(
    stems: Iterable[str],
    partners: dict[str, str],
    of: str | Path,
    folder: str | Path,
    advice: str,
) -> None:
    """Checks that every image has its partner in another folder.

    Args:
        stems (Iterable[str]): Which partners are needed.
        partners (dict[str, str]): What :func:`images_by_stem` found.
        of (str | Path): What the stems come from, for the error.
        folder (str | Path): Where the partners should be, for the error.
        advice (str): What to do, for the error.

    Raises:
        FileNotFoundError: Partners are missing; the first few are named.
    """
    missing = [stem for stem in stems if stem not in partners]
    if missing:
        shown = ', '.join(missing[:5]) + (', ...' if len(missing) > 5 else '')
        raise FileNotFoundError(
            f'{folder} lacks {len(missing)} of the images that {of} has: {shown} (any image '
            f'extension). {advice}'
        )
