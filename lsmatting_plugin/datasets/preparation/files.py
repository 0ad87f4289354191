"""Putting files where they belong, without a second copy where it can be avoided."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from ...image_files import IMAGE_SUFFIXES
from ...whole_files import partial_path


def place(source: str | Path, target: str | Path, copies: bool = False) -> None:
    """Makes a file appear at another place, as a link or a copy; nothing if it is there.

    A link is symbolic; where the system allows none it is a hard link, and where that cannot be
    either, the file is copied.

    Args:
        source (str | Path): A file.
        target (str | Path): Its folder is made when absent. What is there and is not ``source`` is
            replaced, never written through.
        copies (bool): Copies the file instead.

    Raises:
        FileExistsError: A folder is in the way.
        OSError: The file can be neither linked nor copied.
    """
    source, target = Path(source).resolve(), Path(target)
    if target.is_symlink() or target.exists():
        if _is_same(source, target, copies):
            return
        if target.is_dir() and not target.is_symlink():
            raise FileExistsError(
                f'{target} is a folder already; remove it, or choose another --out'
            )
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(target)
    partial.unlink(missing_ok=True)
    try:
        if copies or not (_symlinks(source, partial) or _hard_links(source, partial)):
            shutil.copyfile(source, partial)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def make_own_folder(folder: str | Path, names: Iterable[str]) -> None:
    """Makes a folder that is to hold these images and no others.

    Args:
        folder (str | Path): May be there already.
        names (Iterable[str]): File names of images; some or all may be there.

    Raises:
        ValueError: It is a link, so that writing would change another folder; or it holds other
            images, which would be used with these.
    """
    folder = Path(folder)
    if folder.is_symlink():
        raise ValueError(
            f'{folder} is a link to {folder.resolve()}, which is not to be changed. Remove the '
            'link, or choose another --out'
        )
    folder.mkdir(parents=True, exist_ok=True)
    there = {entry.name for entry in os.scandir(folder)}.difference(names)
    others = sorted(
        name
        for name in there
        if Path(name).suffix.lower() in IMAGE_SUFFIXES and not name.startswith('.')
    )
    if others:
        raise ValueError(
            f'{folder} holds {len(others)} images that do not belong to this data set, such as '
            f'{others[0]}. Remove them, or choose another --out'
        )


def _is_same(source: Path, target: Path, copies: bool) -> bool:
    if target.is_symlink():
        return not copies and target.resolve() == source
    if not (source.is_file() and target.is_file()):
        return False
    if os.path.samefile(source, target):
        return not copies  # a hard link
    return target.stat().st_size == source.stat().st_size and (
        target.read_bytes() == source.read_bytes()
    )


def _symlinks(source: Path, target: Path) -> bool:
    try:
        target.symlink_to(source)
    except OSError:  # Windows without the right to, or a file system without links
        return False
    return True


def _hard_links(source: Path, target: Path) -> bool:
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        return False
    return True
