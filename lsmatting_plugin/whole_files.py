"""Files of any kind that are whole or absent."""

import fnmatch
import hashlib
import os
import platform
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

# Bytes of a name that a temporary one may repeat; file systems allow 255.
LONGEST_NAME = 200
# Seconds; nobody writes on a file for as long.
FORGOTTEN_AFTER = 24 * 60 * 60


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
    partial = partial_path(path)
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


def require_apart(result: str | Path, sources: Iterable[str | Path]) -> None:
    """Checks that a file is none of those it is made from, by whatever names and links.

    Raises:
        ValueError: Writing it would take the place of one.
    """
    for source in sources if os.path.exists(result) else ():
        if os.path.exists(source) and os.path.samefile(result, source):
            raise ValueError(
                f'{result}: the result would overwrite what it is made from, {source}; give it '
                'another name'
            )


def partial_path(path: str | Path) -> Path:
    """The file beside another under whose name this process writes that one.

    ``.{name}.{machine}-{process}.part``, which no other process takes and
    :func:`remove_leftovers` finds.
    """
    path = Path(path)
    name = os.fsencode(path.name)
    shown = path.name if len(name) <= LONGEST_NAME else hashlib.sha256(name).hexdigest()
    return path.with_name(f'.{shown}.{_machine()}-{os.getpid()}.part')


def remove_leftovers(folder: str | Path) -> None:
    """Removes what killed processes were just writing, in the folder and those below it.

    Files that other processes are writing stay. Whether those of another machine, which may share
    the folder, are still at work cannot be seen from here: of them, what is a day old is removed.
    """
    for here, _, names in os.walk(folder):
        for name in fnmatch.filter(names, '.*.part'):
            leftover = Path(here, name)
            with suppress(OSError):  # it is done meanwhile, or another user's
                age = time.time() - leftover.lstat().st_ctime
                if age > FORGOTTEN_AFTER or _has_dead_writer(leftover):
                    leftover.unlink()


def _has_dead_writer(partial: Path) -> bool:
    """Whether a process of this machine has begun a file and runs no more."""
    machine, _, pid = partial.name.split('.')[-2].partition('-')
    return machine == _machine() and pid.isdigit() and not _is_running(int(pid))


def _is_running(pid: int) -> bool:
    if os.name != 'posix':  # elsewhere the call below would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True


@lru_cache(maxsize=1)
def _machine() -> str:
    """Eight hex digits for where a number means one process: a machine, or a container on it."""
    try:
        numbering = os.readlink('/proc/self/ns/pid')
    except OSError:  # not Linux, which has none but the machine's
        numbering = ''
    return hashlib.sha256(f'{platform.node()} {numbering}'.encode()).hexdigest()[:8]
