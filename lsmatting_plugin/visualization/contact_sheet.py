"""Pictures that show mattes side by side."""

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

BACKGROUND = 250  # grey level of the sheet
INK = 40  # grey level of the text


def checkerboard(height: int, width: int, cell: int = 12) -> np.ndarray:
    """Light and dark squares, uint8 (H, W, 3), on which transparency shows."""
    rows, columns = np.arange(height)[:, None] // cell, np.arange(width)[None] // cell
    board = np.where((rows + columns) % 2 == 0, 235, 170).astype(np.uint8)
    return np.repeat(board[..., None], 3, axis=2)


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    captions: Sequence[str | Sequence[str]],
    footer: Sequence[str | np.ndarray] = (),
    cell_size: int = 240,
) -> np.ndarray:
    """Rows of pictures under column titles, each row with a caption beneath.

    Args:
        rows (Sequence[Sequence[ndarray]]): Pictures uint8 (H, W) or (H, W, 3), of any size; they
            are fitted into their cells.
        titles (Sequence[str]): One per column.
        captions (Sequence[str | Sequence[str]]): One per row, or one per picture of the row; ''
            takes no room.
        footer (Sequence[str | ndarray]): Lines at the bottom; pictures (H, W, 3) as they are.
        cell_size (int): Side of a cell, pixels.

    Returns:
        ndarray: uint8 (H, W, 3).
    """
    width = len(titles) * cell_size
    size = max(12, cell_size // 16)  # of the text
    strips = [text_strip(titles, cell_size, width, size)]
    for row, caption in zip(rows, captions, strict=True):
        strips.append(np.hstack([_fit(picture, cell_size) for picture in row]))
        if caption == '':
            continue
        if isinstance(caption, str):
            strips.append(text_strip([caption], width, width, size - 1))
        else:
            strips.append(text_strip(caption, cell_size, width, size - 1))
    for line in footer:
        if isinstance(line, str):
            line = text_strip([line], width, width, size - 1)
        strips.append(_widened(line, width))
    sheet = np.vstack(strips)
    return cv2.copyMakeBorder(sheet, 10, 10, 10, 10, cv2.BORDER_CONSTANT, value=(BACKGROUND,) * 3)


def _fit(picture: np.ndarray, cell_size: int) -> np.ndarray:
    """The picture in the middle of a square cell, with a margin."""
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    room = cell_size - 6
    scale = min(room / picture.shape[0], room / picture.shape[1])
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    shrinks = scale < 1
    method = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
    cell = np.full((cell_size, cell_size, 3), BACKGROUND, np.uint8)
    top, left = (cell_size - height) // 2, (cell_size - width) // 2
    cell[top : top + height, left : left + width] = cv2.resize(
        picture, (width, height), interpolation=method
    )
    return cell


def text_strip(texts: Sequence[str], spacing: int, width: int, size: int) -> np.ndarray:
    """Texts at equal distances on one line, each cut to its room.

    Args:
        texts (Sequence[str]): From left to right.
        spacing (int): From the start of one to that of the next, pixels.
        width (int): Of the strip, pixels.
        size (int): Of the letters, pixels.

    Returns:
        ndarray: uint8 (H, width, 3).
    """
    strip = Image.new('L', (width, size + size // 2 + 4), BACKGROUND)
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(size)
    for column, text in enumerate(texts):
        shown = text
        while shown and draw.textlength(shown, font) > spacing - 12:
            shown = shown.removesuffix('...')[:-1] + '...'
        draw.text((column * spacing + 6, size + 4), shown, INK, font, anchor='ls')
    return np.repeat(np.asarray(strip)[..., None], 3, axis=2)


def _widened(picture: np.ndarray, width: int) -> np.ndarray:
    """The left of a picture, or the picture with the sheet's grey to its right."""
    picture = picture[:, :width]
    sides = ((0, 0), (0, width - picture.shape[1]), (0, 0))
    return np.pad(picture, sides, constant_values=BACKGROUND)
