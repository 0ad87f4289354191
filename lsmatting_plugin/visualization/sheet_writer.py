"""Many rows of pictures on contact sheets of a few rows each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..image_io import write_image
from .contact_sheet import contact_sheet


class SheetWriter:
    """Contact sheets, each written as soon as it is full.

    Args:
        out (str | Path): The sheets' names without number and suffix: ``out/report`` makes
            ``out/report_001.png`` and so on.
        titles (Sequence[str]): One per column.
        rows_per_sheet (int): Rows on a sheet.
        footer (Sequence[str | ndarray]): At the bottom of each, see :func:`contact_sheet`.
        cell_size (int): Side of a picture's cell, pixels.

    Attributes:
        paths (list[Path]): Of the sheets written so far.

    Raises:
        ValueError: A sheet would have no row.
    """

    def __init__(
        self,
        out: str | Path,
        titles: Sequence[str],
        rows_per_sheet: int,
        footer: Sequence[str | np.ndarray] = (),
        cell_size: int = 240,
    ) -> None:
        if rows_per_sheet < 1:
            raise ValueError(f'A sheet needs at least 1 row, not {rows_per_sheet}')
        self.out = Path(out)
        self.titles = titles
        self.rows_per_sheet = rows_per_sheet
        self.footer = footer
        self.cell_size = cell_size
        self.paths: list[Path] = []
        self._rows: list[Sequence[np.ndarray]] = []
        self._captions: list[str | Sequence[str]] = []

    def add(self, caption: str | Sequence[str], pictures: Sequence[np.ndarray]) -> None:
        """Adds a row; caption and pictures as of :func:`contact_sheet`."""
        self._captions.append(caption)
        self._rows.append(pictures)
        if len(self._rows) == self.rows_per_sheet:
            self.write()

    def write(self) -> None:
        """Writes the rows since the last sheet, if there are any."""
        if not self._rows:
            return
        path = self.out.with_name(f'{self.out.name}_{len(self.paths) + 1:03d}.png')
        sheet = contact_sheet(
            self._rows, self.titles, self._captions, self.footer, cell_size=self.cell_size
        )
        write_image(sheet, path)
        self.paths.append(path)
        self._rows, self._captions = [], []
