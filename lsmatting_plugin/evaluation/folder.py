"""Scores of a folder of mattes that any program wrote."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..image_files import images_by_stem
from ..parallel import unordered_map
from ..photo import read_grey, read_matte
from .functional import ERRORS, errors_by_alpha

ADVICE = 'Mattes, true alphas and trimaps are paired by their file names without extension.'


class Score(NamedTuple):
    """What became of one matte.

    Attributes:
        name (str): Its path below the folder of mattes.
        paths (dict[str, str]): Its file and those that belong to it, ``matte``, ``alpha``,
            ``trimap`` and perhaps ``image``.
        errors (dict[str, dict[str, float]]): Protocol -> name of the error -> value.
        by_alpha (dict[str, dict[str, float]]): By the first protocol, see :func:`errors_by_alpha`.
        failure (str): Why it could not be scored; empty if it was.
    """

    name: str
    paths: dict[str, str]
    errors: dict[str, dict[str, float]]
    by_alpha: dict[str, dict[str, float]]
    failure: str = ''


def score_folder(
    pred_dir: str | Path,
    gt_dir: str | Path,
    trimap_dir: str | Path,
    image_dir: str | Path | None = None,
    protocols: tuple[str, ...] = ('dim',),
    num_workers: int = 0,
) -> tuple[int, Iterator[Score]]:
    """Scores every matte of a folder and those below it.

    The partners of ``Trimap1/doll.png`` are files of that name, with any image extension, or else
    those called ``doll``; the true alpha and the image of ``elf_7.png`` may also be called ``elf``,
    as Adobe delivers one for all composites of a foreground. Of a cut-out, the transparency is the
    matte.

    Args:
        pred_dir (str | Path): Mattes.
        gt_dir (str | Path): True alphas.
        trimap_dir (str | Path): Trimaps: 0 background, 255 foreground, else unknown.
        image_dir (str | Path, optional): The images, whose paths are passed on.
        protocols (tuple[str, ...]): Which to score by.
        num_workers (int): Processes; 0 works in this one.

    Returns:
        The number of mattes, and an iterator of their scores, in any order.

    Raises:
        FileNotFoundError: A folder is missing or empty.
        ValueError: Two files of a folder differ in their extension only.
    """
    mattes = images_by_stem(pred_dir, 'mattes', ADVICE, recursive=True)
    partners = {
        'alpha': images_by_stem(gt_dir, 'true alphas', ADVICE, recursive=True),
        'trimap': images_by_stem(trimap_dir, 'trimaps', ADVICE, recursive=True),
    }
    if image_dir is not None:
        partners['image'] = images_by_stem(image_dir, 'images', ADVICE, recursive=True)
    jobs = []
    for stem, matte in mattes.items():
        found = {key: _partner(stem, files, key) for key, files in partners.items()}
        paths = {'matte': matte, **{key: path for key, path in found.items() if path}}
        jobs.append((Path(matte).relative_to(pred_dir).as_posix(), paths))
    work = partial(_score, protocols)
    return len(jobs), _scores(work, jobs, num_workers)


def _scores(
    work: Callable[[tuple[str, dict[str, str]]], Score],
    jobs: list[tuple[str, dict[str, str]]],
    num_workers: int,
) -> Iterator[Score]:
    for (name, paths), score in unordered_map(work, jobs, num_workers):
        if isinstance(score, Exception):
            score = Score(name, paths, {}, {}, f'{paths["matte"]}: its worker died ({score})')
        yield score


def _partner(stem: str, files: dict[str, str], key: str) -> str | None:
    name = stem.rsplit('/', 1)[-1]
    candidates = [stem, name]
    if key != 'trimap':  # which differ from composite to composite
        candidates.append(re.sub(r'_\d+$', '', name))
    return next((files[candidate] for candidate in candidates if candidate in files), None)


def _score(protocols: tuple[str, ...], job: tuple[str, dict[str, str]]) -> Score:
    name, paths = job
    try:
        for key, what in (('alpha', 'true alpha'), ('trimap', 'trimap')):
            if key not in paths:
                raise FileNotFoundError(f'{paths["matte"]}: it has no {what} of its name')
        pred, gt, trimap = (
            read_matte(paths['matte']),
            read_grey(paths['alpha']),
            read_grey(paths['trimap']),
        )
        for key, image in (('alpha', gt), ('trimap', trimap)):
            if image.shape != pred.shape:
                raise ValueError(
                    f'{paths["matte"]} has (height, width) {pred.shape}, {paths[key]} has '
                    f'{image.shape}; mattes are scored at the size of their images'
                )
        errors = {
            protocol: {key: error(pred, gt, trimap, protocol) for key, error in ERRORS.items()}
            for protocol in protocols
        }
        return Score(name, paths, errors, errors_by_alpha(pred, gt, trimap, protocols[0]))
    except (OSError, ValueError) as error:
        return Score(name, paths, {}, {}, str(error))
