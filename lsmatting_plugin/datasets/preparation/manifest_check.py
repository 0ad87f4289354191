"""Whether the images that are there are those of which a manifest tells."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from . import manifest
from .inspection import Inspection
from .problems import Problem

# Folders of a generated set, and how many images its arguments mean.
GENERATED = {
    'train/fg': lambda given: given['num_fg'],
    'train/alpha': lambda given: given['num_fg'],
    'train/coco_bg': lambda given: given['num_bg'],
    'test/merged': lambda given: int(given['num_test_fg']) * int(given['bgs_per_test_fg']),
}


def compare_composites(test: Path, merged: dict[str, Inspection]) -> Iterator[Problem]:
    """Compares the composites with the checksums noted when they were made.

    Args:
        test (Path): Folder of the test set.
        merged (dict[str, Inspection]): Stem -> facts.

    Yields:
        Problems; a set without a manifest deserves a look.
    """
    if (test / manifest.UNFINISHED_MANIFEST).is_file():
        path = test / manifest.UNFINISHED_MANIFEST
        yield Problem(True, f'{path}: the test set is not finished; run prepare_aim.py again')
        return
    path = test / manifest.MANIFEST
    if not path.is_file():
        if not (test.parent / manifest.MANIFEST).is_file():
            yield Problem(False, f'{test} has no {path.name}, so nothing tells how it was made')
        return
    try:
        there = manifest.read(path)
    except ValueError as error:
        yield Problem(True, str(error))
        return
    noted = there.get('composites', {})
    if there.get('checksum') != manifest.overall_checksum(noted):
        yield Problem(True, f'{path} has been changed: its overall checksum is not that of its own')
    differing = [name for name in noted if name in merged and merged[name].checksum != noted[name]]
    yield from _some(differing, f'composites differ from {path}')
    yield from _some(noted.keys() - merged.keys(), f'composites are missing of {path}')
    yield from _some(merged.keys() - noted.keys(), f'composites are not in {path}')


def compare_counts(root: Path, counts: dict[str, int]) -> Iterator[Problem]:
    """Compares a generated set with the arguments it was generated with.

    Args:
        root (Path): Holds ``train/`` and ``test/``.
        counts (dict[str, int]): Folder, such as ``train/fg``, -> number of its images.

    Yields:
        Problems; none where the manifest is of another kind or absent.
    """
    path = root / manifest.MANIFEST
    if not path.is_file():
        return
    try:
        there = manifest.read(path)
    except ValueError as error:
        yield Problem(True, str(error))
        return
    given = there.get('arguments')
    if 'generator_version' not in there or not isinstance(given, dict):
        return
    for folder, number_of in GENERATED.items():
        try:
            expected = number_of(given)
        except (KeyError, TypeError, ValueError, OverflowError):
            continue  # of another version
        if counts.get(folder, expected) != expected:
            text = f'{root / folder} holds {counts[folder]} images, {path} tells of {expected}'
            yield Problem(True, text)


def _some(names: Iterable[str], what: str) -> Iterator[Problem]:
    names = sorted(names)
    if names:
        shown = ', '.join(names[:5]) + (', ...' if len(names) > 5 else '')
        yield Problem(True, f'{len(names)} {what}: {shown}')
