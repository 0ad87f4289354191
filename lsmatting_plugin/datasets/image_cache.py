"""Decoded images on disk, for data sets whose images are drawn again and again."""

import hashlib
import io
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from filelock import FileLock
from mmengine.logging import print_log

from ..whole_files import remove_leftovers, write_file


class ImageCache:
    """Keeps decoded images as memory-mapped arrays, up to a total size.

    A foreground of 1.5 megapixels takes some 25 ms to decode from PNG; mapped into memory only the
    pages that a crop touches are read, and all processes of a machine share them. What is drawn
    first is kept and stays: nothing is thrown out, since images are drawn at random, and each as
    soon again as any other. An entry belongs to path, size and time of change of a file, so that
    an image that was replaced is decoded anew. Several processes may use one folder. Where it
    cannot be written (a full or read-only disk), what it has is used, and the rest decoded each
    time.

    Args:
        folder (str | Path): Made when absent; remove it to free the space.
        max_gigabytes (float): Most space that it takes, 10^9 bytes each. 431 foregrounds of 1.5
            megapixels with their alphas take 2.6.

    Raises:
        ValueError: ``max_gigabytes`` is not above 0.
    """

    def __init__(
        self, folder: str | Path = 'work_dirs/image_cache', max_gigabytes: float = 20
    ) -> None:
        if max_gigabytes <= 0:
            raise ValueError(f'max_gigabytes must be above 0, got {max_gigabytes}')
        self.folder = Path(folder)
        self.max_bytes = int(max_gigabytes * 10**9)
        self.is_full = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._lock():  # counted once; from here on the processes add up what they write
                remove_leftovers(self.folder)
                entries = sum(entry.stat().st_size for entry in self.folder.glob('*.npy'))
                self._write_total(entries)
        except OSError as error:
            self._stop(f'{error.strerror or error}', logging.WARNING)

    def load(self, path: str | Path, variant: str, decode: Callable[[], np.ndarray]) -> np.ndarray:
        """The image of a file, from here or decoded and, while there is room, kept.

        Args:
            path (str | Path): The image file.
            variant (str): How it is decoded, such as 'grayscale'.
            decode (Callable): Gives the image.

        Returns:
            ndarray: What ``decode`` gives; read-only where it comes from here.
        """
        kept = self.folder / f'{_identity(Path(path), variant)}.npy'
        try:
            return np.load(kept, mmap_mode='r').view(np.ndarray)
        except (ValueError, EOFError):  # damaged from outside
            with suppress(OSError):
                kept.unlink()
        except OSError:  # most often it is not there yet
            pass
        image = decode()
        if not self.is_full:
            self._keep(image, kept)
        return image

    def _keep(self, image: np.ndarray, path: Path) -> None:
        array = io.BytesIO()
        np.save(array, image)
        try:
            if self._reserve(array.tell(), path):
                write_file(array.getbuffer(), path)
        except OSError as error:
            self._stop(f'{error.strerror or error}', logging.WARNING)

    def _reserve(self, size: int, path: Path) -> bool:
        """Adds an entry's size to the total; False if it does not fit or is there already."""
        with self._lock():
            total = int(self._total_file.read_text()) + size
            if total > self.max_bytes:
                self._stop('it is full', logging.INFO)
                return False
            if path.exists():
                return False
            self._write_total(total)
            return True

    def _write_total(self, count: int) -> None:
        """Whole or not at all: a process may be killed here, and the others read on."""
        write_file(str(count).encode(), self._total_file)

    def _stop(self, reason: str, level: int) -> None:
        self.is_full = True
        print_log(
            f'{self.folder} takes no more images: {reason}. Those that it lacks are decoded each '
            'time.',
            logger='current',
            level=level,
        )

    @property
    def _total_file(self) -> Path:
        return self.folder / 'total_bytes'

    def _lock(self) -> FileLock:
        return FileLock(self.folder / 'total_bytes.lock')


def _identity(path: Path, variant: str) -> str:
    """A hash of all that the decoded image depends on."""
    status = os.stat(path)
    facts = (str(path.absolute()), status.st_size, status.st_mtime_ns, variant)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
