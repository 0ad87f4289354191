"""Finding the files of Adobe Image Matting as it is delivered."""

from pathlib import Path
from typing import NamedTuple

from ...image_files import images_by_stem
from .names import key_of, read_names, stem_of

DELIVERY = (
    'Expected is the data set as Adobe delivers it: '
    'Training_set/{Adobe-licensed images,Other}/{fg,alpha} and '
    'Test_set/Adobe-licensed images/{fg,alpha,trimaps}, with test_fg_names.txt and '
    'test_bg_names.txt in Test_set.'
)


class ListedForeground(NamedTuple):
    """A foreground of the test set and what it is composited with.

    Attributes:
        stem (str): Its name without extension; see ``names``.
        fg, alpha (str): Its files.
        backgrounds (list[str]): Names of files of VOC, in the order of the composites.
        trimaps (list[str | None]): One file for each background; None where there is none.
    """

    stem: str
    fg: str
    alpha: str
    backgrounds: list[str]
    trimaps: list[str | None]

    @property
    def names(self) -> list[str]:
        """Of the composites, in their order."""
        return [f'{self.stem}_{i}' for i in range(len(self.backgrounds))]


def training_foregrounds(root: str | Path) -> dict[str, tuple[str, str]]:
    """The foregrounds of the training set with their alphas.

    Args:
        root (str | Path): Of the delivery.

    Returns:
        dict[str, tuple[str, str]]: Stem -> files of foreground and alpha, sorted. A stem that both
        parts of the set have is followed by ``_other`` in the second.

    Raises:
        FileNotFoundError: Folders are missing, the alpha of a foreground, or a foreground that
            ``training_fg_names.txt`` lists, where that came along.
        ValueError: Two files of a folder have the same name but for case, spaces or extension.
    """
    part = _part(root, 'training_set')
    found: dict[str, tuple[str, str]] = {}
    for folder in _folders_with(part, 'fg', 'alpha'):
        fgs, alphas = (_images(folder, name) for name in ('fg', 'alpha'))
        for key, fg in fgs.items():
            if key not in alphas:
                raise FileNotFoundError(f'{fg} has no alpha of its name in {folder / "alpha"}')
            stem = stem_of(fg)
            stem = f'{stem}_other' if stem in found else stem
            if stem in found:
                raise ValueError(f'{fg} and {found[stem][0]} have the same name; remove one')
            found[stem] = (fg, alphas[key])
    listed = training_list(root, 'training_fg_names.txt')
    there = {key_of(fg) for fg, _ in found.values()}
    missing = [name for name in (read_names(listed) if listed else ()) if key_of(name) not in there]
    if missing:
        raise FileNotFoundError(
            f'{part} lacks {len(missing)} of the foregrounds in {listed}: {", ".join(missing[:5])}'
        )
    return dict(sorted(found.items()))


def listed_foregrounds(root: str | Path) -> list[ListedForeground]:
    """The foregrounds of the test set in the order of its list.

    Args:
        root (str | Path): Of the delivery.

    Raises:
        FileNotFoundError: Folders, lists or a listed file are missing.
        ValueError: The list of backgrounds is no multiple of the list of foregrounds, a foreground
            is listed twice, or two files of a folder have the same name but for case, spaces or
            extension.
    """
    part = _part(root, 'test_set')
    names = read_names(_list(part, 'test_fg_names.txt'))
    backgrounds = read_names(_list(part, 'test_bg_names.txt'))
    keys = [key_of(name) for name in names]
    twice = next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None)
    if twice is not None:
        raise ValueError(f'{part}: test_fg_names.txt lists {twice!r} more than once')
    per_foreground, rest = divmod(len(backgrounds), len(names))
    if rest or not per_foreground:
        raise ValueError(
            f'{part}: {len(backgrounds)} names of backgrounds do not divide among {len(names)} '
            'foregrounds; test_bg_names.txt should list 20 for each'
        )
    fgs: dict[str, str] = {}
    alphas: dict[str, str] = {}
    trimaps: dict[str, str] = {}
    for folder in _folders_with(part, 'fg', 'alpha'):
        fgs |= _images(folder, 'fg')
        alphas |= _images(folder, 'alpha')
    for folder in _folders_with(part, 'trimaps'):
        trimaps |= _images(folder, 'trimaps')
    found = []
    for number, (name, key) in enumerate(zip(names, keys, strict=True)):
        for files, kind in ((fgs, 'fg'), (alphas, 'alpha')):
            if key not in files:
                raise FileNotFoundError(f'{part}: no file of {name!r}, which is listed, in {kind}/')
        start = number * per_foreground
        found.append(
            ListedForeground(
                stem=stem_of(fgs[key]),
                fg=fgs[key],
                alpha=alphas[key],
                backgrounds=backgrounds[start : start + per_foreground],
                trimaps=[trimaps.get(f'{key}_{i}') for i in range(per_foreground)],
            )
        )
    return found


def training_list(root: str | Path, name: str) -> Path | None:
    """``training_fg_names.txt`` or ``training_bg_names.txt``, where it came along."""
    part = _part(root, 'training_set')
    return next(iter(sorted(part.rglob(name)) or sorted(part.parent.glob(name))), None)


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
    found = [
        folder
        for folder in folders
        if '__MACOSX' not in folder.parts and all(_child(folder, name) for name in names)
    ]
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
    by_key: dict[str, str] = {}
    for path in files.values():
        other = by_key.setdefault(key_of(path), path)
        if other != path:
            raise ValueError(f'{other} and {path} have the same name; remove one')
    return by_key
