"""How this process gets memory from the system."""

import ctypes

# Of glibc's mallopt; more in its manual.
TRIM_THRESHOLD, MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """Lets this process, and those that it forks, use memory again in place of returning it.

    By default each array of more than 32 MB is mapped anew, and the system clears every page of it
    at the first touch. A training step on a CPU makes hundreds of such arrays, always the same
    ones, and spends a fifth of its time so. In return the process keeps what it once needed.

    Returns:
        bool: Whether this system's allocator, glibc's, could be told.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # musl, macOS, Windows
        return False
    return bool(mallopt(MMAP_MAX, 0) and mallopt(TRIM_THRESHOLD, 2**31 - 1))
