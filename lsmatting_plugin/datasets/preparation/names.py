"""Names of images, in lists and on disks, whose spelling differs from delivery to delivery."""

import re
from pathlib import Path

from ...image_files import IMAGE_SUFFIXES

_EXTENSION = re.compile(rf'({"|".join(map(re.escape, IMAGE_SUFFIXES))})\s*$', re.IGNORECASE)


def read_names(path: str | Path) -> list[str]:
    """The names in a list, one a line, without the spaces round them and empty lines.

    Raises:
        ValueError: There are none, or the file is no UTF-8.
    """
    try:
        lines = Path(path).read_text(encoding='utf-8-sig').splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f'{path} should be a text file in UTF-8 ({error})') from error
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise ValueError(f'{path} lists no names')
    return names


def stem_of(name: str) -> str:
    """A file's name without folder, extension and spaces at either end."""
    return _EXTENSION.sub('', Path(name.strip()).name).strip()


def key_of(name: str) -> str:
    """By which foreground, alpha and entry of a list are told to belong together."""
    return ' '.join(stem_of(name).lower().split())
