"""The training set's files: which go where."""

from pathlib import Path

from .delivery import training_foregrounds, training_list
from .names import read_names
from .photos import find_listed, photos_in


def training_files(
    adobe: str | Path, coco: str | Path, listed_backgrounds: bool = False
) -> dict[str, dict[str, str]]:
    """What the folders of the training set are to hold.

    Args:
        adobe (str | Path): Root of Adobe's delivery.
        coco (str | Path): COCO's training images.
        listed_backgrounds (bool): Of COCO only what Adobe's ``training_bg_names.txt`` lists.

    Returns:
        dict[str, dict[str, str]]: Folder -> file name -> source; folders are ``fg``, ``alpha`` (of
        equal stems) and ``coco_bg``.

    Raises:
        FileNotFoundError: Folders, the list or listed files are missing.
        ValueError: Files cannot be told apart.
    """
    foregrounds = training_foregrounds(adobe)
    return {
        'fg': {f'{stem}{_suffix(fg)}': fg for stem, (fg, _) in foregrounds.items()},
        'alpha': {f'{stem}{_suffix(alpha)}': alpha for stem, (_, alpha) in foregrounds.items()},
        'coco_bg': {
            Path(path).name: path for path in _backgrounds(adobe, coco, listed_backgrounds)
        },
    }


def _backgrounds(adobe: str | Path, coco: str | Path, listed_backgrounds: bool) -> list[str]:
    if not listed_backgrounds:
        return photos_in(coco, 'training images of COCO')
    names = training_list(adobe, 'training_bg_names.txt')
    if names is None:
        raise FileNotFoundError(f'{adobe}: its Training_set has no training_bg_names.txt')
    found = find_listed(read_names(names), coco, 'training images of COCO')
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise FileNotFoundError(
            f'{coco} lacks {len(missing)} of the backgrounds in {names}: {", ".join(missing[:5])}; '
            "give the folder of all of COCO's training images"
        )
    return [path for path in found.values() if path]


def _suffix(path: str) -> str:
    return Path(path).suffix.strip().lower()
