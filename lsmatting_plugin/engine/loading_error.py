"""Why the images of a batch could not be loaded, in one line."""

import errno
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_SHARED_MEMORY = (
    'The processes which load images have too little shared memory (/dev/shm): give the container '
    'more (docker run --shm-size=8g), or load in the main process (--cfg-options '
    'train_dataloader.num_workers=0 val_dataloader.num_workers=0)'
)


class LoadingError(RuntimeError):
    """A batch could not be loaded; the message is one line, and says what to do."""


@contextmanager
def loading_errors() -> Iterator[None]:
    """Puts into words what ends a block that reads batches from torch's data loaders.

    What torch raises when a loader process is killed, hangs or meets a broken file has a traceback
    of many pages that leads elsewhere. Other errors pass as they are.

    Raises:
        LoadingError: A batch could not be loaded.
    """
    try:
        yield
    except LoadingError:
        raise
    except (RuntimeError, OSError, ValueError, EOFError) as error:
        reason = _reason_of(error)
        if reason is None:
            raise
        raise LoadingError(reason) from error


def _reason_of(error: Exception) -> str | None:
    """What lies behind an error in one line, or None if that is not about loading."""
    kinds = (_said_by_worker, _said_here, _no_semaphores, _timeout, _death)
    try:
        return next(filter(None, (kind(error) for kind in kinds)), None)
    except RuntimeError as news:  # torch raises it here when a signal tells of a death this late
        return _death(news)


def _said_by_worker(error: Exception) -> str | None:
    """What a loader process said of a file, or of its options, from its traceback as text."""
    text = str(error).strip()
    if not isinstance(error, OSError | ValueError) or not text.startswith('Caught '):
        return None
    return text.splitlines()[-1].partition(': ')[2] or None


def _said_here(error: Exception) -> str | None:
    """The same without loader processes."""
    if not isinstance(error, OSError | ValueError):
        return None
    return str(error) if _has_passed(error, '_utils/fetch.py') else None


def _no_semaphores(error: Exception) -> str | None:
    """That there is not even room for what the processes wait on."""
    is_full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    is_theirs = is_full and _has_passed(error, 'multiprocessing/synchronize.py')
    return NO_SHARED_MEMORY if is_theirs else None


def _has_passed(error: Exception, file: str) -> bool:
    """Whether an error comes from, or through, a source file of such a path."""
    names = (frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(Path(name).as_posix().endswith(file) for name in names)


def _timeout(error: Exception) -> str | None:
    """That loader processes took longer than the config allows."""
    seconds = re.match(r'DataLoader timed out after ([\d.]+) seconds', str(error))
    return seconds and (
        f'No batch was loaded within {float(seconds[1]):g} s (the timeout of the dataloader): see '
        'whether the disk of the images answers, or allow more time'
    )


def _death(error: Exception) -> str | None:
    """That a loader process was killed."""
    news = _news_of_death(error)
    if news is None:
        return None
    if 'Bus error' in news:
        return NO_SHARED_MEMORY
    return (
        f'{news.strip()} That is a process which loads images, killed most often when memory '
        'runs out: fewer of them (--cfg-options train_dataloader.num_workers=1) need less.'
    )


def _news_of_death(error: BaseException | None) -> str | None:
    """What torch says of a killed loader process, if that is behind an error."""
    is_connection_lost = isinstance(error, OSError | EOFError)
    found = None
    while error is not None:
        if str(error).startswith('DataLoader worker'):
            found = str(error)  # the first in time says by which signal
        error = error.__cause__ or error.__context__
    if found is None and is_connection_lost:
        time.sleep(1)  # the signal that tells of its death may yet come, and ends this
    return found
