"""One progress bar for all long commands."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        """The rate so far, once there is one."""
        speed = task.finished_speed or task.speed
        return Text(f'{speed:.1f}/s' if speed else '')


def progress_bar(quiet: bool = False) -> Progress:
    """A bar with count, rate and time left, on stderr.

    Args:
        quiet (bool): Shows nothing.

    Returns:
        Progress: Used as a context manager, with ``track(items, total=..., description=...)``.
    """
    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    )
