"""Requirements as files, and what the metadata of installed packages says."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / 'requirements.lock'


class Locked(NamedTuple):
    """An entry of the lock."""

    requirement: Requirement  # name==version, and for which platforms
    hashes: tuple[str, ...]  # as ``sha256:...``

    @property
    def version(self) -> str:
        """That it is pinned to."""
        [pin] = self.requirement.specifier
        return pin.version


def read_requirements(path: Path) -> list[Requirement]:
    """What a requirements file asks for itself, without the files that it refers to."""
    return [entry.requirement for entry in read_lock(path)]


def read_lock(path: Path = LOCK) -> list[Locked]:
    """The entries of a requirements file, with their hashes."""
    text = re.sub(r'(^|\s)#.*', '', path.read_text(encoding='utf-8')).replace('\\\n', ' ')
    lines = [line.strip() for line in text.splitlines()]
    return [_entry(line) for line in lines if line and not line.startswith('-')]


def _entry(line: str) -> Locked:
    requirement, *hashes = line.split('--hash=')
    return Locked(Requirement(requirement.strip()), tuple(hash_.strip() for hash_ in hashes))


def here(entries: list[Locked]) -> Iterator[Locked]:
    """The entries for this Python and platform."""
    for entry in entries:
        if entry.requirement.marker is None or entry.requirement.marker.evaluate():
            yield entry


def installed_version(name: str) -> str | None:
    """None where the package is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def licence_of(name: str) -> str:
    """As the metadata of an installed package states it, which takes three forms."""
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return 'not installed'
    classifiers = [
        text.rpartition(' :: ')[2]
        for text in facts.get_all('Classifier') or []
        if text.startswith('License :: ') and text != 'License :: OSI Approved'
    ]
    free_text = (facts.get('License') or '').strip().partition('\n')[0].strip()
    return facts.get('License-Expression') or ', '.join(classifiers) or free_text or 'not stated'
