"""Where mmengine writes its files, so that they are whole or absent."""

import shutil
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from ..whole_files import write_file

MEGABYTE = 2**20


class AtomicLocalBackend(LocalBackend):
    """mmengine's local files, each under its name only when it is complete and on the disk.

    mmengine writes in place: a run that is killed while it saves leaves a broken checkpoint under
    the name of a good one. Chosen by ``backend_args=dict(backend='atomic_local')``, which
    ``Runner.save_checkpoint`` takes too; :class:`.AtomicCheckpointHook` does so.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Writes bytes to a file; what was there before stays until they are all written.

        Args:
            obj (bytes): The content.
            filepath (str | Path): Its folder is made when absent.

        Raises:
            OSError: It could not be written, such as for a full disk; the message names the file,
                the space that it needs and what is free. Nothing is left of it.
        """
        try:
            write_file(obj, filepath, is_durable=True)
        except OSError as error:
            raise OSError(
                error.errno,
                f'{filepath} could not be written ({error.strerror}): it needs '
                f'{_megabytes(len(obj))}, {_megabytes(_free_bytes(filepath))} are free there',
            ) from error

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """As :meth:`put`, of a text."""
        self.put(obj.encode(encoding), filepath)


register_backend('atomic_local', AtomicLocalBackend, force=True)  # a reload is no error


def _free_bytes(path: str | Path) -> int:
    """What this user may still write on the disk of a file."""
    folder = Path(path).absolute().parent
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _megabytes(count: int) -> str:
    return f'{count / MEGABYTE:,.1f} MB'
