"""Compositing the test set, with a manifest that tells one way of doing it from another."""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from ...image_io import read_intact, remove_leftovers, without_icc_profile, write_file, write_image
from ...parallel import unordered_map
from .compositing import composite
from .delivery import ListedForeground
from .files import place

MANIFEST = 'manifest.json'
PLAN = '.manifest.plan.json'  # what a run that is not finished composites


class Composite(NamedTuple):
    """One image of the test set and what became of it.

    Attributes:
        name (str): Of its files, without extension.
        checksum (str): SHA-256 of its pixels (BGR, row by row); empty where it failed.
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


def prepare_test_set(
    foregrounds: Sequence[ListedForeground],
    background_files: dict[str, str | None],
    out: str | Path,
    mode: str = 'adobe',
    copies: bool = False,
    num_workers: int = 0,
) -> tuple[int, Iterator[Composite]]:
    """Makes ``merged/``, ``trimaps/``, ``alpha_copy/`` and, when all is done, ``manifest.json``.

    A run that was cut off goes on where it was; composites of another mode or other lists are not
    mixed with those there.

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
        ValueError: ``out`` holds a test set of another mode or other lists.
    """
    jobs = [
        _Job(f'{fg.stem}_{i}', fg.fg, fg.alpha, name, background_files.get(name), fg.trimaps[i])
        for fg in foregrounds
        for i, name in enumerate(fg.backgrounds)
    ]
    listed = '\n'.join(f'{job.name} {Path(job.bg_name).stem}' for job in jobs)
    plan = dict(
        dataset='Composition-1k',
        mode=mode,
        num_composites=len(jobs),
        lists=hashlib.sha256(listed.encode()).hexdigest(),
    )
    _require_same_plan(Path(out), plan)
    write_file(json.dumps(plan).encode(), Path(out, PLAN))
    return len(jobs), _composites(jobs, plan, Path(out), mode, copies, num_workers)


def _require_same_plan(out: Path, plan: dict) -> None:
    for path in (out / MANIFEST, out / PLAN):
        if not path.is_file():
            continue
        try:
            there = json.loads(path.read_text(encoding='utf-8'))
            differing = [key for key in plan if there.get(key) != plan[key]]
        except (ValueError, AttributeError) as error:
            raise ValueError(f'{path} is damaged; remove {out} and start again') from error
        if differing:
            values = ', '.join(f'{key} {there.get(key)}, not {plan[key]}' for key in differing)
            raise ValueError(
                f'{out} holds a test set of {values}. Remove it, or choose another --out'
            )


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
        in_order = {job.name: checksums[job.name] for job in jobs}
        overall = hashlib.sha256('\n'.join(in_order.values()).encode()).hexdigest()
        manifest = dict(plan, checksum=overall, composites=in_order)
        write_file(json.dumps(manifest, indent=1).encode(), out / MANIFEST)
        (out / PLAN).unlink()


def _do(out: Path, mode: str, copies: bool, job: _Job) -> Composite:
    """One composite with its trimap and alpha; whatever is wrong with it is its outcome."""
    try:
        if job.bg is None:
            raise FileNotFoundError(f'its background {job.bg_name!r} is not in the folder of VOC')
        if job.trimap is None:
            raise FileNotFoundError('the delivery has no trimap of this name')
        place(job.trimap, out / 'trimaps' / f'{job.name}{Path(job.trimap).suffix}', copies)
        place(job.alpha, out / 'alpha_copy' / f'{job.name}{Path(job.alpha).suffix}', copies)
        path = out / 'merged' / f'{job.name}.png'
        merged = read_intact(path)
        was_there = merged is not None
        if not was_there:
            fg, bg = _read(job.fg, mode), _read(job.bg, mode)
            merged = composite(fg, _read_alpha(job.alpha), bg, mode)
            write_image(merged, path)
        return Composite(job.name, hashlib.sha256(merged.tobytes()).hexdigest(), was_there)
    except (OSError, ValueError, SyntaxError) as error:
        return Composite(job.name, error=f'{job.name}: {error}')


def _read(path: str, mode: str) -> np.ndarray:
    """An image as the mode's script reads it, uint8 BGR (H, W, 3)."""
    data = Path(path).read_bytes()
    if mode == 'adobe':
        try:
            rgb = np.asarray(Image.open(io.BytesIO(data)).convert('RGB'))
        except (OSError, SyntaxError) as error:
            raise ValueError(f'{path} is no readable image ({error})') from error
        return np.ascontiguousarray(rgb[..., ::-1])
    return _decoded(path, data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)


def _read_alpha(path: str) -> np.ndarray:
    """Alpha, uint8 (H, W): the red channel, with which all others agree."""
    data = Path(path).read_bytes()
    alpha = _decoded(path, data, cv2.IMREAD_UNCHANGED)
    if alpha.dtype != np.uint8:
        raise ValueError(f'{path} should have 8 bits a channel, but is {alpha.dtype}')
    return (
        alpha
        if alpha.ndim == 2
        else np.ascontiguousarray(alpha[..., 2 if alpha.shape[2] > 2 else 0])
    )


def _decoded(path: str, data: bytes, flags: int) -> np.ndarray:
    # Most of Adobe's PNGs have a broken colour profile, of which libpng would complain.
    encoded = np.frombuffer(without_icc_profile(data), np.uint8)
    image = cv2.imdecode(encoded, flags) if encoded.size else None
    if image is None:
        raise ValueError(f'{path} is no readable image')
    return image
