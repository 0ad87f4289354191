"""The folder with all that visitors upload and get, of bounded size, gone when the page ends."""

import os
import secrets
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = 'lsmatting-web-'
EXAMPLES = 'examples'  # the page's own files, which stay
MAX_AGE = 3 * 3600  # seconds; a visit's memory ends after an hour
TIDYING = 60  # seconds from one look at the folder to the next


class Folder:
    """Files of visitors; the oldest go when there are too many.

    Args:
        path (Path): Holds nothing but these.
        max_bytes (int): What they may take together.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path, self.max_bytes = path, max_bytes
        self._lock = threading.Lock()

    def new(self) -> Path:
        """A new folder within, whose name nobody guesses."""
        path = self.path / secrets.token_hex(16)
        path.mkdir()
        return path

    def holds(self, name: str) -> bool:
        """Whether a path, as a visitor gives it, is a file in here; links do not count."""
        try:
            path = Path(name)
            return path.is_file() and path.resolve() == path and self.path in path.parents
        except (OSError, ValueError):  # a null byte, a name without end
            return False

    def make_room(self, num_bytes: int = 0, now: float | None = None) -> None:
        """Removes what is too old, then the oldest files until new ones fit.

        Args:
            num_bytes (int): Of the new files.
            now (float, optional): Seconds since the epoch; files older than ``MAX_AGE`` go.
        """
        with self._lock:
            files = sorted(self._files(), key=lambda file: file[0])
            total = num_bytes + sum(size for _, size, _ in files)
            for changed, size, path in files:
                is_old = now is not None and now - changed > MAX_AGE
                if not is_old and total <= self.max_bytes:
                    break
                path.unlink(missing_ok=True)
                total -= size
                if path.parent != self.path and not any(path.parent.iterdir()):
                    path.parent.rmdir()

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for folder, subfolders, names in os.walk(self.path):
            if EXAMPLES in subfolders:
                subfolders.remove(EXAMPLES)
            for name in names:
                path = Path(folder, name)
                try:
                    state = path.lstat()
                except FileNotFoundError:  # gradio removes files as well
                    continue
                yield state.st_mtime, state.st_size, path


@contextmanager
def working_folder(max_bytes: int) -> Iterator[Folder]:
    """A folder for as long as the page is served; also removes those that dead servers left.

    Beside each folder lies a lock, which the system lets go of however a server ends.

    Args:
        max_bytes (int): See :class:`Folder`.
    """
    parent = Path(tempfile.gettempdir()).resolve()
    remove_leftovers(parent)
    path = parent / (PREFIX + secrets.token_hex(8))
    lock = FileLock(lock_of(path))
    is_over = threading.Event()
    with lock:
        path.mkdir(mode=0o700)
        folder = Folder(path, max_bytes)
        tidying = threading.Thread(target=_tidy, args=(folder, is_over), daemon=True)
        tidying.start()
        try:
            yield folder
        finally:
            is_over.set()
            tidying.join()
            shutil.rmtree(path, ignore_errors=True)
            lock_of(path).unlink(missing_ok=True)


def remove_leftovers(parent: Path) -> None:
    """Removes folders of servers that were killed; those of others and of running ones stay."""
    for path in parent.glob(PREFIX + '*'):
        try:
            state = path.lstat()
            is_ours = not hasattr(os, 'getuid') or state.st_uid == os.getuid()
            if not (is_ours and stat.S_ISDIR(state.st_mode) and lock_of(path).is_file()):
                continue
            with FileLock(lock_of(path), timeout=0):
                shutil.rmtree(path)
            lock_of(path).unlink(missing_ok=True)
        except (Timeout, OSError):  # in use, or another server removes it at the same time
            continue


def lock_of(path: Path) -> Path:
    """The file that is locked as long as a folder is in use."""
    return path.with_name(path.name + '.lock')


def _tidy(folder: Folder, is_over: threading.Event) -> None:
    while not is_over.wait(TIDYING):
        folder.make_room(now=time.time())
