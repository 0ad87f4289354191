"""Putting files where they belong, without a second copy where it can be avoided."""

import os
import shutil
from pathlib import Path


def place(source: str | Path, target: str | Path, copies: bool = False) -> None:
    """Makes a file appear at another place, as a symbolic link or a copy; nothing if it is there.

    Where the system allows no symbolic link, a file is copied.

    Args:
        source (str | Path): A file, or a folder to link.
        target (str | Path): Its folder is made when absent. A file or link that is there and is not
            ``source`` is replaced, never written through.
        copies (bool): Copies the file instead.

    Raises:
        FileExistsError: A folder is in the way.
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
    partial = target.with_name(f'.{target.name}.{os.getpid()}.part')
    try:
        if copies or not _links(source, partial):
            shutil.copyfile(source, partial)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _is_same(source: Path, target: Path, copies: bool) -> bool:
    if target.is_symlink():
        return not copies and target.resolve() == source
    if not (source.is_file() and target.is_file()):
        return False
    return target.stat().st_size == source.stat().st_size and (
        target.read_bytes() == source.read_bytes()
    )


def _links(source: Path, target: Path) -> bool:
    try:
        target.symlink_to(source)
    except OSError:  # Windows without the right to, or a file system without links
        return False
    return True
