"""The hash that the name of a published file states."""

import hashlib
import re
from pathlib import Path

from .checkpoint_error import CheckpointError

NUM_DIGITS = 8
# As OpenMMLab and torchvision name their weights; a date such as 20261124 is no hash.
STATED = re.compile(r'-(?!(?:19|20)\d{6}\.)([0-9a-f]{8})\.pth$')
CHUNK = 2**20


def stated_hash(name: str) -> str | None:
    """The first hex digits of a file's SHA-256, as ``NAME-<8 digits>.pth`` states them."""
    stated = STATED.search(name)
    return stated and stated[1]


def name_with_hash(stem: str, data: bytes) -> str:
    """The name under which a file of this content is published."""
    return f'{stem}-{hashlib.sha256(data).hexdigest()[:NUM_DIGITS]}.pth'


def require_stated_hash(path: str | Path) -> None:
    """Checks that a file is the one which its name promises, where the name promises one.

    Raises:
        CheckpointError: It is another, or damaged.
    """
    stated = stated_hash(Path(path).name)
    if stated is None:
        return
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if not digest.hexdigest().startswith(stated):
        raise CheckpointError(
            f'{path} is damaged or another file: its SHA-256 begins with '
            f'{digest.hexdigest()[:NUM_DIGITS]}, not with the {stated} of its name; download it '
            'again, or rename it if the change was meant'
        )
