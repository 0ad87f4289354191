"""Output of libraries that nobody asked for."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO


@contextmanager
def without_attempts() -> Iterator[None]:
    """Drops what pymatting prints: each preconditioner that fails before it takes the next."""
    with redirect_stdout(io.StringIO()):
        yield


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
