"""How many processes or threads are worth starting."""

import os


def available_cores() -> int:
    """Cores that this process may use, at least 1."""
    if hasattr(os, 'sched_getaffinity'):  # not everywhere; respects taskset and containers
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
