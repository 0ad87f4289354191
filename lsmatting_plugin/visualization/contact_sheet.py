"""Pictures that show mattes side by side."""

from collections.abc import Sequence

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX
BACKGROUND = 250  # grey level of the sheet
INK = (40, 40, 40)


def checkerboard(height: int, width: int, cell: int = 12) -> np.ndarray:
    """Light and dark squares, uint8 (H, W, 3), on which transparency shows."""
    rows, columns = np.arange(height)[:, None] // cell, np.arange(width)[None] // cell
    board = np.where((rows + columns) % 2 == 0, 235, 170).astype(np.uint8)
    return np.repeat(board[..., None], 3, axis=2)


def composite_over(fg: np.ndarray, alpha: np.ndarray, bg: np.ndarray) -> np.ndarray:
    """A foreground over another background.

    Args:
        fg (ndarray): uint8 (H, W, 3).
        alpha (ndarray): uint8 (H, W).
        bg (ndarray): uint8 (H, W, 3).

    Returns:
        ndarray: alpha fg + (1 - alpha) bg, uint8 (H, W, 3).
    """
    a = alpha[..., None].astype(np.float32) / 255
    return np.rint(a * fg + (1 - a) * bg).astype(np.uint8)


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]],
    titles: Sequence[str],
    captions: Sequence[str],
    footer: Sequence[str] = (),
    cell_size: int = 240,
) -> np.ndarray:
    """Rows of pictures under column titles, each row with a caption beneath.

    Args:
        rows (Sequence[Sequence[ndarray]]): Pictures uint8 (H, W) or (H, W, 3), of any size; they
            are fitted into their cells.
        titles (Sequence[str]): One per column.
        captions (Sequence[str]): One per row.
        footer (Sequence[str]): Lines at the bottom.
        cell_size (int): Side of a cell, pixels.

    Returns:
        ndarray: uint8 (H, W, 3).
    """
    width = len(titles) * cell_size
    strips = [_text_strip(titles, cell_size, width, scale=0.5)]
    for row, caption in zip(rows, captions, strict=True):
        strips.append(np.hstack([_fit(picture, cell_size) for picture in row]))
        strips.append(_text_strip([caption], cell_size, width, scale=0.45))
    strips += [_text_strip([line], cell_size, width, scale=0.5) for line in footer]
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


def _text_strip(texts: Sequence[str], spacing: int, width: int, scale: float) -> np.ndarray:
    """Texts at equal distances on one line."""
    strip = np.full((26, width, 3), BACKGROUND, np.uint8)
    for column, text in enumerate(texts):
        cv2.putText(strip, text, (column * spacing + 6, 18), FONT, scale, INK, 1, cv2.LINE_AA)
    return strip
