"""One progress bar for all long commands."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def progress_bar(quiet: bool = False) -> Progress:
    """A bar with count, time passed and time left, on stderr.

    Args:
        quiet (bool): Shows nothing.

    Returns:
        Progress: Used as a context manager, with ``track(items, description=...)``.
    """
    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    )
