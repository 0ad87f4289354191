"""Re-estimation of a whole folder of foregrounds: parallel, and safe to interrupt."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...foreground import reestimate_foreground
from ...image_files import images_by_stem
from ...image_io import is_intact, write_image
from ...whole_files import remove_leftovers
from ..transforms import LoadImage, RequireSameSize

Estimator = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Outcome(NamedTuple):
    """What became of one foreground.

    Attributes:
        fg_path (str): The foreground.
        was_there (bool): It had been re-estimated before.
        error (Exception | None): Why it could not be done.
    """

    fg_path: str
    was_there: bool = False
    error: Exception | None = None


class _Job(NamedTuple):
    fg_path: str
    alpha_path: str | None
    out_path: Path


def reestimate_folder(
    fg_dir: str | Path,
    alpha_dir: str | Path,
    out_dir: str | Path,
    map_jobs: Callable[[Callable, Iterable], Iterator[tuple]],
    estimator: Estimator = reestimate_foreground,
    overwrite: bool = False,
) -> tuple[int, Iterator[Outcome]]:
    """Re-estimates every foreground of a folder into PNGs of the same stems.

    An image is written under a temporary name and then renamed, so that an interrupted run leaves
    only whole images; the next run does the rest. A bad image does not end the others.

    Args:
        fg_dir (str | Path): Foregrounds.
        alpha_dir (str | Path): Their mattes, paired by file name without extension.
        out_dir (str | Path): Where the PNGs go; made when absent.
        map_jobs (Callable): How: :func:`.parallel.unordered_map`, given its number of workers, or
            what takes and gives the same.
        estimator (Callable): (fg, alpha) -> fg, see :func:`reestimate_foreground`. Must be
            picklable where ``map_jobs`` uses other processes.
        overwrite (bool): Does again what is there already.

    Returns:
        The number of foregrounds, and an iterator that does them and tells the outcome of each, in
        any order.

    Raises:
        FileNotFoundError: A folder is missing or empty.
        ValueError: Two files of a folder have the same stem, or ``out_dir`` is one of the others.
    """
    advice = 'See docs/data.md'
    fgs = images_by_stem(fg_dir, 'foreground images', advice)
    alphas = images_by_stem(alpha_dir, 'alpha mattes', advice)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for folder in (fg_dir, alpha_dir):
        if out_dir.samefile(folder):
            raise ValueError(f'{out_dir}: results would overwrite {folder}; give another folder')
    jobs = [_Job(fg, alphas.get(stem), out_dir / f'{stem}.png') for stem, fg in fgs.items()]
    work = partial(_reestimate_file, estimator, alpha_dir, overwrite)
    return len(jobs), _outcomes(map_jobs(work, jobs), out_dir)


def _outcomes(
    results: Iterable[tuple[_Job, Outcome | Exception]], out_dir: Path
) -> Iterator[Outcome]:
    for job, result in results:
        yield Outcome(job.fg_path, error=result) if isinstance(result, Exception) else result
    remove_leftovers(out_dir)


def _reestimate_file(
    estimator: Estimator, alpha_dir: str | Path, overwrite: bool, job: _Job
) -> Outcome:
    """Re-estimates one image; whatever is wrong with it is its outcome."""
    try:
        if not overwrite and is_intact(job.out_path):
            return Outcome(job.fg_path, was_there=True)
        if job.alpha_path is None:
            raise FileNotFoundError(
                f'no alpha matte {Path(job.fg_path).stem} (any extension) in {alpha_dir}'
            )
        results: dict = dict(fg_path=job.fg_path, alpha_path=job.alpha_path)
        for step in (
            LoadImage('fg'),
            LoadImage('alpha', 'grayscale'),
            RequireSameSize(('fg', 'alpha')),
        ):
            results = step(results)
        write_image(estimator(results['fg'], results['alpha']), job.out_path)
    except Exception as error:  # one image must not end the others, whatever the solver raises
        return Outcome(job.fg_path, error=error)
    return Outcome(job.fg_path)
