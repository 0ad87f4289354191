"""Re-estimation of a whole folder of foregrounds: parallel, and safe to interrupt."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from ..datasets.base_dataset import images_by_stem, require_partners
from ..datasets.transforms import LoadImage, RequireSameSize
from ..image_io import is_intact, write_image
from .reestimate import reestimate_foreground

Estimator = Callable[[np.ndarray, np.ndarray], np.ndarray]


def reestimate_folder(
    fg_dir: str | Path,
    alpha_dir: str | Path,
    out_dir: str | Path,
    estimator: Estimator = reestimate_foreground,
    num_workers: int = 0,
    overwrite: bool = False,
) -> tuple[int, Iterator[tuple[str, Exception | None]]]:
    """Re-estimates every foreground of a folder into PNGs of the same stems.

    An image is written under a temporary name and then renamed, so that an interrupted run leaves
    only complete images; the next run does the rest.

    Args:
        fg_dir (str | Path): Foregrounds.
        alpha_dir (str | Path): Their mattes, paired by file name without extension.
        out_dir (str | Path): Where the PNGs go; made when absent.
        estimator (Callable): (fg, alpha) -> fg, see :func:`reestimate_foreground`. Must be
            picklable when ``num_workers`` > 0.
        num_workers (int): Processes; 0 works in this one.
        overwrite (bool): Does again what is there already.

    Returns:
        The number of images to do, and an iterator that does them: one (foreground path, error
        or None) per image, in any order.

    Raises:
        FileNotFoundError: A folder is missing or empty, or a foreground lacks its matte.
    """
    advice = 'See "Data preparation" in the README'
    fgs = images_by_stem(fg_dir, 'foreground images', advice)
    alphas = images_by_stem(alpha_dir, 'alpha mattes', advice)
    require_partners(fgs, alphas, fg_dir, alpha_dir, advice)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    jobs = [
        (path, alphas[stem], out_dir / f'{stem}.png')
        for stem, path in fgs.items()
        if overwrite or not is_intact(out_dir / f'{stem}.png')
    ]
    return len(jobs), _run(partial(_reestimate_file, estimator), jobs, num_workers)


def _run(work: Callable, jobs: list[tuple], num_workers: int) -> Iterator:
    """Does the jobs, here or in worker processes."""
    if num_workers == 0:
        for job in jobs:
            yield work(*job)
        return
    with ProcessPoolExecutor(num_workers) as pool:
        futures = {pool.submit(work, *job): job for job in jobs}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool as error:
                yield futures[future][0], error


def _reestimate_file(
    estimator: Estimator, fg_path: str, alpha_path: str, out_path: Path
) -> tuple[str, Exception | None]:
    """Re-estimates one image; an error is returned, so that it does not end the others."""
    results = dict(fg_path=fg_path, alpha_path=alpha_path)
    try:
        for step in (
            LoadImage('fg'),
            LoadImage('alpha', 'grayscale'),
            RequireSameSize(('fg', 'alpha')),
        ):
            results = step(results)
        write_image(estimator(results['fg'], results['alpha']), out_path)
    except (OSError, ValueError, MemoryError, cv2.error) as error:
        return fg_path, error
    return fg_path, None
