"""The errors of a method on a set of images, as a file that tools exchange."""

import csv
import io
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from statistics import fmean

from ..whole_files import write_file

SUFFIXES = ('.json', '.csv')


@dataclass
class Results:
    """What a test found.

    Attributes:
        name (str): Of the method: its config, or its folder of mattes.
        images (list[dict]): One per image: ``name``, a number under the name of each metric,
            ``seconds`` that the prediction took where it was timed, and ``paths``, a dict of the
            files ``image``, ``trimap``, ``alpha`` and ``matte`` that are known.
        mean (dict[str, float]): Of those numbers, over all images, and over those of a folder,
            under ``metric/folder``, where folders are kinds of tests such as alphamatting.com's.
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
                alone, then a line ``mean of folder`` for each folder that has means, and the last,
            ``mean``.

        Raises:
            ValueError: ``path`` ends otherwise.
        """
        require_suffix(path)
        text = self._as_csv() if Path(path).suffix == '.csv' else json.dumps(asdict(self), indent=2)
        write_file(text.encode(errors='backslashreplace'), path)  # names may be no UTF-8

    def _as_csv(self) -> str:
        folders = sorted({_folder(image['name']) for image in self.images})
        overall = dict(self.mean)
        lines = [{k: v for k, v in image.items() if k != 'paths'} for image in self.images]
        for folder in folders:
            ending = f'/{folder}'
            means = {key: overall.pop(key + ending) for key in self.mean if key + ending in overall}
            if means:
                lines.append({'name': f'mean of {folder}', **means})
        text = io.StringIO()
        heads: list[dict] = [{'name': ''}, overall]
        columns = dict.fromkeys(key for line in [*heads, *lines] for key in line)
        table = csv.DictWriter(text, list(columns), lineterminator='\n')
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
        results = Results(**json.loads(Path(path).read_text(encoding='utf-8')))
        _require_types(results)
        return results
    except (ValueError, TypeError, RecursionError) as error:
        reason = ' '.join(str(error).split())
        raise ValueError(
            f'{path} holds no results; expected is JSON by tools/test.py --out or '
            f'tools/eval_folder.py ({reason})'
        ) from error


def _require_types(results: Results) -> None:
    """Checks what a file holds.

    Raises:
        TypeError: It is of another kind than :class:`Results` says.
        ValueError: An image's name is none, or a number no finite one.
    """
    if not isinstance(results.name, str) or not isinstance(results.protocol, str | None):
        raise TypeError('name and protocol must be strings')
    if not isinstance(results.images, list) or not isinstance(results.mean, dict):
        raise TypeError('images must be a list, mean a dict')
    if not all(map(_is_number, results.mean.values())):
        raise TypeError('the values of mean must be numbers')
    for image in results.images:
        if not isinstance(image, dict) or not isinstance(image.get('name'), str):
            raise TypeError('each image must be a dict with a name')
        if not PurePath(image['name']).name:
            raise ValueError(f'an image is called {image["name"]!r}')
        paths = image.get('paths', {})
        if not isinstance(paths, dict) or not all(isinstance(p, str) for p in paths.values()):
            raise TypeError(f'paths of {image["name"]} must be a dict of strings')
        for key, value in image.items():
            if key in ('name', 'paths'):
                continue
            if not _is_number(value):
                raise TypeError(f'{key} of {image["name"]} must be a number, not {value!r}')


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def require_suffix(path: str | Path) -> None:
    """Refuses a file in which results cannot be written.

    Raises:
        ValueError: It ends neither in ``.json`` nor in ``.csv``.
    """
    if Path(path).suffix not in SUFFIXES:
        raise ValueError(f'Results can be written as .json or .csv, not to {path}')


def means_of(key: str, values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The mean over all images, and over those of each folder; the same in any order.

    Args:
        key (str): Of the number, such as a metric's name.
        values (Iterable[tuple[str, float]]): Name of each image and its number; alphamatting.com's
            names begin with a folder, ``Trimap1/doll.png``.

    Returns:
        dict[str, float]: ``key`` and, for each folder, ``key/folder``; nothing for no images.

    Raises:
        ValueError: A number is NaN or infinite; the image is named.
    """
    groups: dict[str, list[float]] = {}
    for name, value in values:
        if not math.isfinite(value):
            raise ValueError(f'{key} of {name} is {value}; there is no mean over such')
        groups.setdefault(key, []).append(value)
        if _folder(name) != '.':
            groups.setdefault(f'{key}/{_folder(name)}', []).append(value)
    return {group: fmean(numbers) for group, numbers in groups.items()}


def _folder(name: str) -> str:
    return str(PurePath(name).parent)
