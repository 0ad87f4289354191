"""One training at a time in a work folder."""

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.dist import is_main_process

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # no type says that a module may be absent

NAME = '.training.lock'
# Seconds: loader processes whose parent was killed have its lock until they notice, within 5 s.
PATIENCE = 15.0
# What file systems without locks answer, such as some on networks.
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


class WorkDirError(OSError):
    """A work folder that this training cannot have; the message is one line."""


@contextmanager
def work_dir_lock(work_dir: str | Path) -> Iterator[None]:
    """Keeps other trainings out of a work folder, in which two would overwrite each other's files.

    The system releases the lock of a process that ends, however it ends. Of several processes of
    one training the main one has it. One that ends within ``PATIENCE`` is waited for. Where there
    are no locks, nobody is kept out.

    Args:
        work_dir (str | Path): Made when absent.

    Raises:
        WorkDirError: The folder cannot be made or written to, or another training has it.
    """
    if not is_main_process():
        yield
        return
    folder = Path(work_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        _wait_for(file, folder)
        _sign(file, folder)
        yield
    finally:
        os.close(file)


def unwritable(work_dir: str | Path, error: OSError) -> WorkDirError:
    """What is raised when a training cannot begin for want of a place to write."""
    return WorkDirError(
        f'{work_dir}, the work folder, cannot be written ({error.strerror or error}): free the '
        'disk, or choose another --work-dir'
    )


def _wait_for(file: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise WorkDirError(
                    f'{folder} is in use by another training ({os.read(file, 200).decode()}): wait '
                    'for its end, or choose another --work-dir'
                ) from None
            time.sleep(0.1)
        except OSError as error:
            if error.errno in NO_LOCKS:
                return
            raise unwritable(folder, error) from error


def _sign(file: int, folder: Path) -> None:
    """Notes in the lock whose it is."""
    try:
        os.ftruncate(file, 0)
        os.write(file, f'process {os.getpid()} on {socket.gethostname()}'.encode())
    except OSError as error:
        raise unwritable(folder, error) from error
