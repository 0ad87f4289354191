"""Output of libraries that nobody asked for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def silenced(stream: TextIO, descriptor: int) -> Iterator[None]:
    """Drops what this process and those that it starts write to a stream, be it not by Python.

    Args:
        stream (TextIO): ``sys.stdout`` or ``sys.stderr``; what it still holds is written before.
        descriptor (int): 1 or 2, by which the system knows it.
    """
    stream.flush()
    console = os.dup(descriptor)
    try:
        with open(os.devnull, 'w') as nowhere:
            os.dup2(nowhere.fileno(), descriptor)
        yield
    finally:
        os.dup2(console, descriptor)
        os.close(console)
