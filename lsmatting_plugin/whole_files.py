"""Files of any kind that are whole or absent."""

import hashlib
import os
from pathlib import Path

# Bytes of a name that a temporary one may repeat; file systems allow 255.
LONGEST_NAME = 200


def write_file(data: bytes | memoryview, path: str | Path, is_durable: bool = False) -> None:
    """Writes a file under a temporary name and renames it.

    Under its own name it is always whole; what was there before stays until then.

    Args:
        data (bytes | memoryview): The content.
        path (str | Path): Its folder is made when absent.
        is_durable (bool): Waits until the disk has it, so that it also outlives a power cut.

    Raises:
        OSError: It could not be written, such as for a full disk; it names the file, and nothing is
            left of it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(path)
    try:
        partial.write_bytes(data)
        if is_durable:  # else a file system may rename it before it holds anything
            with open(partial, 'rb+') as file:
                os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        if error.errno is not None:  # a full disk names no file, others the temporary one
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    """The name beside a file under which this process writes it."""
    name = os.fsencode(path.name)
    shown = path.name if len(name) <= LONGEST_NAME else hashlib.sha256(name).hexdigest()
    return path.with_name(f'.{shown}.{os.getpid()}.part')


def remove_leftovers(folder: str | Path) -> None:
    """Removes what a killed run was just writing, in the folder and those below it."""
    for leftover in Path(folder).rglob('.*.part'):
        leftover.unlink()
