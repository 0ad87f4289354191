"""What killed processes leave of files that they were writing."""

import multiprocessing
import os
from pathlib import Path
from unittest import mock

from lsmatting_plugin.whole_files import partial_path


def half_written(path: str | Path) -> Path:
    """Leaves the beginning of a file as a process of this machine that is no more; its path."""
    process = multiprocessing.get_context('fork').Process(target=os._exit, args=(0,))
    process.start()
    process.join()
    with mock.patch('os.getpid', return_value=process.pid):
        partial = partial_path(path)
    partial.write_bytes(b'half')
    return partial
