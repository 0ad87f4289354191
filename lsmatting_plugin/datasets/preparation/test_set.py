"""Compositing the test set: parallel, safe to interrupt, and never two kinds in one folder."""

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...image_io import read_intact, write_image
from ...parallel import unordered_map
from ...whole_files import remove_leftovers
from . import manifest
from .compositing import composite
from .delivery import ListedForeground
from .files import make_own_folder, place
from .names import key_of
from .reading import read_alpha, read_colour


class Composite(NamedTuple):
    """One image of the test set and what became of it.

    Attributes:
        name (str): Of its files, without extension.
        checksum (str): :func:`.pixel_checksum`; empty where it failed.
        was_there (bool): It had been composited before.
        error (str): Why it could not be done; empty if it was.
    """

    name: str
    checksum: str = ''
    was_there: bool = False
    error: str = ''


class _Job(NamedTuple):
    name: str
    fg: str
    alpha: str
    bg_name: str
    bg: str | None
    trimap: str | None
    known_checksum: str | None


def prepare_test_set(
    foregrounds: Sequence[ListedForeground],
    background_files: dict[str, str | None],
    out: str | Path,
    mode: str = 'adobe',
    copies: bool = False,
    num_workers: int = 0,
) -> tuple[int, Iterator[Composite]]:
    """Makes ``merged/``, ``trimaps/``, ``alpha_copy/`` and, when all is done, ``manifest.json``.

    A run that was cut off goes on where it was: composites that are whole and, where an earlier
    manifest tells their checksums, have those pixels are not done again.

    Args:
        foregrounds (Sequence[ListedForeground]): Of the delivery.
        background_files (dict[str, str | None]): Name in the list -> file.
        out (str | Path): Holds the folders.
        mode (str): How to composite, one of ``COMPOSITING_MODES``.
        copies (bool): Copies trimaps and alphas instead of linking them.
        num_workers (int): Processes; 0 works in this one.

    Returns:
        The number of composites, and an iterator that does them and tells what became of each, in
        any order.

    Raises:
        ValueError: ``out`` holds a test set of another mode, of other lists or of unknown origin,
            or further images; or one of its folders is a link.
    """
    out = Path(out)
    plan = dict(
        dataset='Composition-1k',
        mode=mode,
        num_composites=sum(len(fg.backgrounds) for fg in foregrounds),
        lists=dict(
            foregrounds=manifest.list_checksum(key_of(fg.stem) for fg in foregrounds),
            backgrounds=manifest.list_checksum(
                key_of(name) for fg in foregrounds for name in fg.backgrounds
            ),
        ),
    )
    known = manifest.begin(out, plan)
    jobs = [
        _Job(name, fg.fg, fg.alpha, bg, background_files.get(bg), trimap, known.get(name))
        for fg in foregrounds
        for name, bg, trimap in zip(fg.names, fg.backgrounds, fg.trimaps, strict=True)
    ]
    files = {
        'merged': (f'{job.name}.png' for job in jobs),
        'trimaps': (_partner(job, job.trimap) for job in jobs if job.trimap),
        'alpha_copy': (_partner(job, job.alpha) for job in jobs),
    }
    for folder, names in files.items():
        make_own_folder(out / folder, names)
    return len(jobs), _composites(jobs, plan, out, mode, copies, num_workers)


def _composites(
    jobs: list[_Job], plan: dict, out: Path, mode: str, copies: bool, num_workers: int
) -> Iterator[Composite]:
    checksums = {}
    for job, done in unordered_map(partial(_do, out, mode, copies), jobs, num_workers):
        if isinstance(done, Exception):
            done = Composite(job.name, error=f'{job.name}: its worker died ({done})')
        checksums[done.name] = done.checksum
        yield done
    remove_leftovers(out)
    if all(checksums.values()):
        manifest.finish(out, plan, {job.name: checksums[job.name] for job in jobs})


def _do(out: Path, mode: str, copies: bool, job: _Job) -> Composite:
    """One composite with its trimap and alpha; whatever is wrong with it is its outcome."""
    try:
        if job.bg is None:
            raise FileNotFoundError(f'its background {job.bg_name!r} is not in the folder of VOC')
        if job.trimap is None:
            raise FileNotFoundError('the delivery has no trimap of this name')
        place(job.trimap, out / 'trimaps' / _partner(job, job.trimap), copies)
        place(job.alpha, out / 'alpha_copy' / _partner(job, job.alpha), copies)
        path = out / 'merged' / f'{job.name}.png'
        merged = read_intact(path)
        checksum = '' if merged is None else manifest.pixel_checksum(merged)
        if checksum and checksum == (job.known_checksum or checksum):
            return Composite(job.name, checksum, was_there=True)
        fg, alpha = _foreground(job.fg, job.alpha, mode)
        merged = composite(fg, alpha, read_colour(job.bg, mode), mode)
        write_image(merged, path)
        return Composite(job.name, manifest.pixel_checksum(merged))
    except Exception as error:  # one image must not end the others
        return Composite(job.name, error=f'{job.name}: {error}')


@lru_cache(maxsize=1)
def _foreground(fg: str, alpha: str, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Colours and alpha; kept, since a process mostly goes on with the same foreground."""
    return read_colour(fg, mode), read_alpha(alpha)


def _partner(job: _Job, source: str) -> str:
    return f'{job.name}{Path(source).suffix.strip().lower()}'
