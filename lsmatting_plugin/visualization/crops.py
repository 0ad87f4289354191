"""The part of an image in which mattes err most, side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from ..image_sizes import common_size
from ..photo import read_grey, read_matte, read_photo
from .error_map import error_legend, error_map
from .sheet_writer import SheetWriter
from .window import largest_window, window_in

IMAGES_PER_SHEET = 3
MIN_CELL = 240  # pixels; smaller crops are enlarged

Value = TypeVar('Value')


class Card(NamedTuple):
    """Pictures that stand one below the other.

    Attributes:
        title (str): What they show.
        pictures (dict[str, ndarray]): In words -> uint8, (H, W) or BGR (H, W, 3); two of them.
        detail (str): Below the title.
    """

    title: str
    pictures: dict[str, np.ndarray]
    detail: str = ''


class Crops(NamedTuple):
    """One image as the methods see it.

    Attributes:
        title (str): Its name.
        cards (list[Card]): From left to right: image and trimap; matte and error map of each
            method; ground truth and where the window lies.
    """

    title: str
    cards: list[Card]


def crops_of(
    name: str,
    files: Mapping[str, str | None],
    mattes: Mapping[str, str],
    details: Mapping[str, str],
    side: int,
) -> Crops:
    """The window of an image in which the absolute errors of all mattes add up to the most.

    Args:
        name (str): Of the image.
        files (Mapping[str, str | None]): Paths of ``image``, ``trimap`` and ``alpha``; without an
            image, grey stands in its place.
        mattes (Mapping[str, str]): Method -> path of its matte or cut-out.
        details (Mapping[str, str]): Method -> a few words below its name.
        side (int): Of the window, pixels.

    Raises:
        FileNotFoundError: A file is not there.
        ValueError: A file is no image, or of another size than the others.
    """
    assert files['trimap'] is not None and files['alpha'] is not None
    trimap, alpha = read_grey(files['trimap']), read_grey(files['alpha'])
    if files['image'] is None:
        photo = np.full((*alpha.shape, 3), 128, np.uint8)
    else:
        photo = read_photo(files['image']).pixels_8bit
    predictions = {method: read_matte(path) for method, path in mattes.items()}
    _require_same_size(
        dict(trimap=trimap, alpha=alpha, image=photo, **_as_mattes(predictions)),
        {**files, **_as_mattes(mattes)},
    )

    is_unknown = (trimap != 0) & (trimap != 255)
    errors = sum(np.abs(matte.astype(np.float32) - alpha) for matte in predictions.values())
    window = largest_window(errors * is_unknown, side)
    rows, columns = window
    height, width = trimap[window].shape
    place = f'{width} x {height} px at ({columns.start}, {rows.start})'

    known = {'image': photo[window], 'trimap': trimap[window]}
    truth = {'true alpha': alpha[window], 'where in the image': window_in(photo, window, side)}
    cards = [Card('image, trimap', known, name)]
    for method, matte in predictions.items():
        error = error_map(matte[window], alpha[window], trimap[window])
        pictures = {f'matte of {method}': matte[window], f'error of {method}': error}
        cards.append(Card(method, pictures, details[method]))
    return Crops(name, [*cards, Card('ground truth, place', truth, place)])


def draw_sheets(crops: Sequence[Crops], out: str | Path, side: int) -> list[Path]:
    """Crops of the same methods on contact sheets, two rows an image.

    Args:
        crops (Sequence[Crops]): The images.
        out (str | Path): The sheets' names without number and suffix, see :class:`SheetWriter`.
        side (int): Of the windows, pixels.

    Returns:
        list[Path]: The sheets.
    """
    if not crops:
        return []
    cell_size = max(MIN_CELL, side + 6)
    titles = [card.title for card in crops[0].cards]
    legend = error_legend(cell_size // 16)
    sheets = SheetWriter(out, titles, 2 * IMAGES_PER_SHEET, [legend], cell_size)
    for image in crops:
        upper, lower = zip(*(card.pictures.values() for card in image.cards), strict=True)
        sheets.add([card.detail for card in image.cards], upper)
        sheets.add('', lower)
    sheets.write()
    return sheets.paths


def _as_mattes(of_methods: Mapping[str, Value]) -> dict[str, Value]:
    """The same under names that an error may tell."""
    return {f'matte of {method}': value for method, value in of_methods.items()}


def _require_same_size(images: dict[str, np.ndarray], files: Mapping[str, str | None]) -> None:
    paths = {f'{key}_path': path for key, path in files.items()}
    common_size({**images, **paths}, tuple(images))
