"""Many files, one after another or in parallel: the rest is done when one fails."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..progress import progress_bar
from .pairs import Pair, files_beside


class FileResult(NamedTuple):
    """What became of a file.

    Attributes:
        error (str | None): Why there is no result; None where there is one.
        warnings (Sequence[str]): What its owner should know.
    """

    error: str | None = None
    warnings: Sequence[str] = ()


def run_batch(
    work: Callable[[Pair, list[str]], None],
    pairs: Sequence[Pair],
    map_jobs: Callable[[Callable, Iterable[Pair]], Iterator[tuple[Pair, object]]],
    skip_existing: bool,
    description: str,
    on_failure: Callable[[Path, str], None] | None = None,
) -> int:
    """Works on each pair, shows progress, and tells of warnings and failures on stderr.

    Args:
        work (callable): Makes and writes the result of a pair, and appends what its owner should
            know to the list; whatever it raises is why there is none. Picklable where there are
            workers.
        pairs (Sequence[Pair]): What to work on.
        map_jobs (callable): How: :func:`.parallel.unordered_map`, given its number of workers, or
            its like.
        skip_existing (bool): Passes over results that are there.
        description (str): Of the progress bar.
        on_failure (callable, optional): Is told the image and why, once it has failed.

    Returns:
        int: The exit status: 1 where a file failed, else 0.
    """
    there = files_beside(pair.out for pair in pairs) if skip_existing else set()
    todo = [pair for pair in pairs if pair.out not in there]
    failed = 0
    with progress_bar(quiet=len(pairs) == 1) as bar:
        results = map_jobs(partial(_result_of, work=work), todo)
        for pair, result in bar.track(results, total=len(todo), description=description):
            if not isinstance(result, FileResult):  # the process died
                result = FileResult(f'{result}')
            failed += result.error is not None
            for line in (*result.warnings, result.error):
                if line is not None:
                    bar.console.print(_line(pair.image, line), markup=False, soft_wrap=True)
            if on_failure and result.error is not None:
                on_failure(pair.image, result.error)
    skipped = len(pairs) - len(todo)
    if len(pairs) > 1:
        were_there = f', {skipped} were there' if skipped else ''
        print(f'{len(todo) - failed} written{were_there}, {failed} failed')
    elif not failed:
        print(f'{pairs[0].out} {"was there" if skipped else "written"}')
    return 1 if failed else 0


def _result_of(pair: Pair, work: Callable[[Pair, list[str]], None]) -> FileResult:
    warnings: list[str] = []
    try:
        work(pair, warnings)
    except (OSError, ValueError) as error:
        return FileResult(str(error), warnings)
    except MemoryError:
        return FileResult('out of memory; networks take large photos with --tile 1024', warnings)
    except Exception as error:  # of a library: the other files are done all the same
        return FileResult(f'{type(error).__name__}: {error}', warnings)
    return FileResult(None, warnings)


def _line(image: Path, text: str) -> str:
    """Text with the image's name, unless it has it."""
    return text if text.startswith(str(image)) else f'{image}: {text}'
