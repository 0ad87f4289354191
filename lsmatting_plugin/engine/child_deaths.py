"""The deaths of child processes, noticed at a moment that suits."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def noticed_afterwards() -> Iterator[None]:
    """Holds back the news (SIGCHLD) that a child process has ended until the block is done.

    torch raises an error from that signal when a loader process was killed, at whatever the main
    process is doing: in the middle of the optimiser's step half of the weights would be new. Here
    it comes when the step is whole, or when one breaks off for what may be the lost connection to
    the dead. Outside the main thread, which alone gets signals, this does nothing.
    """
    handler = signal.getsignal(signal.SIGCHLD) if hasattr(signal, 'SIGCHLD') else None
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield
        return
    missed = []
    signal.signal(signal.SIGCHLD, lambda *news: missed.append(news))
    try:
        yield
    except (OSError, EOFError, RuntimeError):
        if missed:  # maybe but the broken connection to the dead
            handler(*missed[-1])
        raise
    finally:
        signal.signal(signal.SIGCHLD, handler)
    if missed:
        handler(*missed[-1])
