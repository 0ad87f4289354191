"""Many files, one after another or in processes: the rest is done when one fails."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ..parallel import unordered_map
from ..progress import progress_bar
from .pairs import Pair


class FileResult(NamedTuple):
    """What became of a file.

    Attributes:
        error (str | None): Why there is no result; None where there is one.
        warnings (Sequence[str]): What its owner should know.
    """

    error: str | None = None
    warnings: Sequence[str] = ()


def run_batch(
    work: Callable[[Pair], FileResult],
    pairs: Sequence[Pair],
    num_workers: int,
    skip_existing: bool,
    description: str,
) -> int:
    """Works on each pair, shows progress, and tells of warnings and failures on stderr.

    Args:
        work (callable): Picklable where there are workers.
        pairs (Sequence[Pair]): What to work on.
        num_workers (int): Processes; 0 works in this one.
        skip_existing (bool): Passes over results that are there.
        description (str): Of the progress bar.

    Returns:
        int: The exit status: 1 where a file failed, else 0.
    """
    todo = [pair for pair in pairs if not (skip_existing and pair.out.exists())]
    failed = 0
    with progress_bar(quiet=len(pairs) == 1) as bar:
        results = unordered_map(work, todo, num_workers)
        for pair, result in bar.track(results, total=len(todo), description=description):
            if not isinstance(result, FileResult):  # the process died
                result = FileResult(f'{result}')
            failed += result.error is not None
            for line in (*result.warnings, result.error):
                if line is not None:
                    bar.console.print(_line(pair.image, line), markup=False, soft_wrap=True)
    skipped = len(pairs) - len(todo)
    if len(pairs) > 1:
        there = f', {skipped} were there' if skipped else ''
        print(f'{len(todo) - failed} written{there}, {failed} failed')
    elif not failed:
        print(f'{pairs[0].out} {"was there" if skipped else "written"}')
    return 1 if failed else 0


def _line(image: Path, text: str) -> str:
    """Text with the image's name, unless it has it."""
    return text if text.startswith(str(image)) else f'{image}: {text}'
