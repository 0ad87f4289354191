"""The errors of a method on a set of images, as a file that tools exchange."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from statistics import fmean

from ..image_io import write_file

SUFFIXES = ('.json', '.csv')


@dataclass
class Results:
    """What a test found.

    Attributes:
        name (str): Of the method: its config, or its folder of mattes.
        images (list[dict]): One per image: ``name``, a number under the name of each metric,
            ``seconds`` that the prediction took where it was timed, and ``paths``, a dict of the
            files ``image``, ``trimap``, ``alpha`` and ``matte`` that are known.
        mean (dict[str, float]): Of those numbers, over the images and, where their names have
            folders, over those of each, under ``metric/folder``.
        protocol (str, optional): 'dim' or 'lsa'; None where metrics differ in theirs.
        test_set (str, optional): The images, in words.
        by_alpha (dict[str, dict[str, float]]): Where they were asked for, the errors of pixels of
            each kind of true alpha, averaged over the images, see :func:`.errors_by_alpha`.
    """

    name: str
    images: list[dict]
    mean: dict[str, float]
    protocol: str | None = None
    test_set: str | None = None
    by_alpha: dict[str, dict[str, float]] = field(default_factory=dict)

    def write(self, path: str | Path) -> None:
        """Writes them, whole or not at all.

        Args:
            path (str | Path): ``.json`` holds everything; ``.csv`` a line per image, of the numbers
                alone, then a line ``mean of folder`` for each folder, and the last, ``mean``.

        Raises:
            ValueError: ``path`` ends otherwise.
        """
        require_suffix(path)
        text = self._as_csv() if Path(path).suffix == '.csv' else json.dumps(asdict(self), indent=2)
        write_file(text.encode(), path)

    def _as_csv(self) -> str:
        folders = sorted({_folder(image['name']) for image in self.images} - {'.'})
        overall = dict(self.mean)
        lines = [{k: v for k, v in image.items() if k != 'paths'} for image in self.images]
        for folder in folders:
            ending = f'/{folder}'
            here = {key: overall.pop(key) for key in self.mean if key.endswith(ending)}
            means = {key.removesuffix(ending): value for key, value in here.items()}
            lines.append({'name': f'mean of {folder}', **means})
        text = io.StringIO()
        table = csv.DictWriter(text, ['name', *overall], lineterminator='\n')
        table.writeheader()
        table.writerows([*lines, {'name': 'mean', **overall}])
        return text.getvalue()


def read_results(path: str | Path) -> Results:
    """What :meth:`Results.write` wrote as JSON.

    Args:
        path (str | Path): The file.

    Raises:
        FileNotFoundError: It is not there.
        ValueError: It is none of them.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'No file {path}; tools/test.py --out and tools/eval_folder.py write results'
        )
    try:
        return Results(**json.loads(Path(path).read_text(encoding='utf-8')))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f'{path} holds no results; expected is JSON by tools/test.py --out or '
            f'tools/eval_folder.py ({error})'
        ) from error


def require_suffix(path: str | Path) -> None:
    """Refuses a file in which results cannot be written.

    Raises:
        ValueError: It ends neither in ``.json`` nor in ``.csv``.
    """
    if Path(path).suffix not in SUFFIXES:
        raise ValueError(f'Results can be written as .json or .csv, not to {path}')


def means_of(key: str, values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The mean over all images, and over those of each folder.

    Args:
        key (str): Of the number, such as a metric's name.
        values (Iterable[tuple[str, float]]): Name of each image and its number; alphamatting.com's
            names begin with a folder, ``Trimap1/doll.png``.

    Returns:
        dict[str, float]: ``key`` and, for each folder, ``key/folder``; nothing for no images.
    """
    groups: dict[str, list[float]] = {}
    for name, value in values:
        groups.setdefault(key, []).append(value)
        if _folder(name) != '.':
            groups.setdefault(f'{key}/{_folder(name)}', []).append(value)
    return {group: fmean(numbers) for group, numbers in groups.items()}


def _folder(name: str) -> str:
    return str(PurePath(name).parent)
