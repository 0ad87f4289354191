"""Finding the files of Adobe Image Matting as it is delivered."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ...image_files import images_by_stem

DELIVERY = (
    'Expected is the data set as Adobe delivers it: '
    'Training_set/{Adobe-licensed images,Other}/{fg,alpha} and '
    'Test_set/Adobe-licensed images/{fg,alpha,trimaps}, with test_fg_names.txt and '
    'test_bg_names.txt in Test_set.'
)


class ListedForeground(NamedTuple):
    """A foreground of the test set and what it is composited with.

    Attributes:
        stem (str): Its name without extension; composite i is called ``{stem}_{i}``.
        fg, alpha (str): Its files.
        backgrounds (list[str]): Names of files of VOC, in the order of the composites.
        trimaps (list[str | None]): One file for each background; None where there is none.
    """

    stem: str
    fg: str
    alpha: str
    backgrounds: list[str]
    trimaps: list[str | None]


def training_foregrounds(root: str | Path) -> dict[str, tuple[str, str]]:
    """The foregrounds of the training set with their alphas.

    Args:
        root (str | Path): Of the delivery.

    Returns:
        dict[str, tuple[str, str]]: Stem -> files of foreground and alpha, sorted. A stem that both
        parts of the set have is followed by ``_other`` in the second.

    Raises:
        FileNotFoundError: Folders are missing, or the alpha of a foreground.
    """
    found: dict[str, tuple[str, str]] = {}
    for folder in _folders_with(_part(root, 'training_set'), 'fg', 'alpha'):
        fgs, alphas = (_images(folder, name) for name in ('fg', 'alpha'))
        for key, fg in fgs.items():
            if key not in alphas:
                raise FileNotFoundError(f'{fg} has no alpha of its name in {folder / "alpha"}')
            stem = _stem(fg)
            found[f'{stem}_other' if stem in found else stem] = (fg, alphas[key])
    return dict(sorted(found.items()))


def listed_foregrounds(root: str | Path) -> list[ListedForeground]:
    """The foregrounds of the test set in the order of its list.

    Args:
        root (str | Path): Of the delivery.

    Raises:
        FileNotFoundError: Folders, lists or a listed file are missing.
        ValueError: The list of backgrounds is no multiple of the list of foregrounds.
    """
    part = _part(root, 'test_set')
    names = read_names(_list(part, 'test_fg_names.txt'))
    backgrounds = read_names(_list(part, 'test_bg_names.txt'))
    per_foreground, rest = divmod(len(backgrounds), len(names))
    if rest or not per_foreground:
        raise ValueError(
            f'{part}: {len(backgrounds)} names of backgrounds do not divide among {len(names)} '
            'foregrounds; test_bg_names.txt should list 20 for each'
        )
    fgs, alphas, trimaps = {}, {}, {}
    for folder in _folders_with(part, 'fg', 'alpha'):
        fgs |= _images(folder, 'fg')
        alphas |= _images(folder, 'alpha')
        if _child(folder, 'trimaps'):
            trimaps |= _images(folder, 'trimaps')
    found = []
    for number, name in enumerate(names):
        key = _key(name)
        for files, kind in ((fgs, 'fg'), (alphas, 'alpha')):
            if key not in files:
                raise FileNotFoundError(f'{part}: no file of {name!r}, which is listed, in {kind}/')
        start = number * per_foreground
        found.append(
            ListedForeground(
                stem=_stem(fgs[key]),
                fg=fgs[key],
                alpha=alphas[key],
                backgrounds=backgrounds[start : start + per_foreground],
                trimaps=[trimaps.get(f'{key}_{i}') for i in range(per_foreground)],
            )
        )
    return found


def read_names(path: str | Path) -> list[str]:
    """The names in a list, one a line, without the spaces round them and empty lines."""
    lines = Path(path).read_text(encoding='utf-8-sig').splitlines()
    return [line.strip() for line in lines if line.strip()]


def find_listed(names: Iterable[str], folder: str | Path, purpose: str) -> dict[str, str | None]:
    """Where listed photographs are.

    COCO's of 2014, ``COCO_train2014_000000000009.jpg``, are found under the names of 2017 too, and
    the other way round.

    Args:
        names (Iterable[str]): With or without extension.
        folder (str | Path): Holds the photographs, perhaps in subfolders.
        purpose (str): What the folder holds, for errors.

    Returns:
        dict[str, str | None]: Name -> file, None where there is none.

    Raises:
        FileNotFoundError: The folder is missing or empty.
    """
    files = images_by_stem(folder, purpose, DELIVERY, recursive=True)
    by_name = {_photo_key(path): path for path in files.values()}
    return {name: by_name.get(_photo_key(name)) for name in names}


def list_of_training_backgrounds(root: str | Path) -> Path | None:
    """``training_bg_names.txt``, where it came along."""
    return next(iter(sorted(_part(root, 'training_set').rglob('training_bg_names.txt'))), None)


def _part(root: str | Path, name: str) -> Path:
    """The folder of the training or test set, in the delivery or a folder below it."""
    candidates = [Path(root), *sorted(p for p in Path(root).glob('*') if p.is_dir())]
    for folder in candidates:
        found = _child(folder, name)
        if found:
            return found
    raise FileNotFoundError(f'{root} has no folder {name.capitalize()}. {DELIVERY}')


def _child(folder: Path, name: str) -> Path | None:
    """The subfolder of that name, whose case and outer spaces differ from delivery to delivery."""
    if not folder.is_dir():
        return None
    matches = (p for p in sorted(folder.iterdir()) if p.name.strip().lower() == name)
    return next((p for p in matches if p.is_dir()), None)


def _folders_with(part: Path, *names: str) -> list[Path]:
    """Folders below a part of the delivery that have all these subfolders."""
    folders = [part, *sorted(p for p in part.rglob('*') if p.is_dir())]
    found = [folder for folder in folders if all(_child(folder, name) for name in names)]
    if not found:
        raise FileNotFoundError(f'{part}: no folder with {" and ".join(names)}. {DELIVERY}')
    return found


def _list(part: Path, name: str) -> Path:
    found = sorted(part.rglob(name)) or sorted(part.parent.glob(name))
    if not found:
        raise FileNotFoundError(f'{part} has no {name}. {DELIVERY}')
    return found[0]


def _images(folder: Path, name: str) -> dict[str, str]:
    """Key -> file of a subfolder."""
    files = images_by_stem(_child(folder, name) or folder / name, f'images "{name}"', DELIVERY)
    return {_key(path): path for path in files.values()}


def _stem(path: str) -> str:
    return Path(path).stem.strip()


def _key(name: str) -> str:
    """By which foreground, alpha and entry of a list are told to belong together."""
    stem = re.sub(r'\.(png|jpe?g|bmp|tiff?|webp)\s*$', '', Path(name.strip()).name, flags=re.I)
    return stem.strip().lower()


def _photo_key(name: str) -> str:
    return re.sub(r'^coco_(train|val|test)20\d\d_', '', _key(name))
