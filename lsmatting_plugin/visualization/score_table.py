"""A table of errors, in which the best of each column stands out."""

import html
from collections.abc import Mapping, Sequence
from math import floor, log10

from rich.table import Table


class ScoreTable:
    """Methods, one a row, and their errors: the lower the better.

    Args:
        title (str): What the numbers are.
        columns (Sequence[str]): Names of the errors.
        rows (Mapping[str, Sequence[float | None]]): Method -> its errors; None where there is none.
    """

    def __init__(
        self, title: str, columns: Sequence[str], rows: Mapping[str, Sequence[float | None]]
    ) -> None:
        self.title = title
        self.columns = list(columns)
        self.rows = {method: list(values) for method, values in rows.items()}

    def as_rich(self) -> Table:
        """For the terminal."""
        table = Table(title=self.title)
        table.add_column('', overflow='fold')
        for column in self.columns:
            table.add_column(column, justify='right')
        for method, cells in self._cells():
            marked = (f'[bold]{text}[/bold]' if is_best else text for text, is_best in cells)
            table.add_row(method.replace('[', r'\['), *marked)
        return table

    def as_markdown(self) -> str:
        """With the title as a heading."""
        lines = [f'## {self.title}', '', f'| method | {" | ".join(self.columns)} |']
        lines.append('|---|' + '---:|' * len(self.columns))
        for method, cells in self._cells():
            marked = [f'**{text}**' if is_best else text for text, is_best in cells]
            lines.append(f'| {" | ".join([_plain(method), *marked])} |')
        return '\n'.join(lines) + '\n'

    def as_html(self) -> str:
        """A ``<table>`` with the title as its caption."""
        heads = ''.join(f'<th scope="col">{html.escape(column)}</th>' for column in self.columns)
        lines = [
            '<div class="wide"><table>',
            f'<caption>{html.escape(self.title)}</caption>',
            f'<thead><tr><td></td>{heads}</tr></thead><tbody>',
        ]
        for method, cells in self._cells():
            marked = (
                f'<td><strong>{text}</strong></td>' if is_best else f'<td>{text}</td>'
                for text, is_best in cells
            )
            head = f'<th scope="row">{html.escape(method)}</th>'
            lines.append(f'<tr>{head}{"".join(marked)}</tr>')
        return '\n'.join([*lines, '</tbody></table></div>'])

    def _cells(self) -> list[tuple[str, list[tuple[str, bool]]]]:
        """Of each method its numbers as text, and whether they are the best."""
        columns = [_column(values) for values in zip(*self.rows.values(), strict=True)]
        rows = zip(*columns, strict=True)
        return [(method, list(row)) for method, row in zip(self.rows, rows, strict=True)]


def _column(values: Sequence[float | None]) -> list[tuple[str, bool]]:
    """Numbers of one column with equally many digits: four of the largest, two decimals or more."""
    known = [value for value in values if value is not None]
    largest = max(known, default=0)
    digits = min(max(3 - floor(log10(largest)), 2), 6) if largest > 0 else 2
    texts = ['–' if value is None else f'{value:.{digits}f}' for value in values]
    # What looks as good as the best is marked too; where all look the same, none is the best.
    best = f'{min(known):.{digits}f}' if len(set(texts) - {'–'}) > 1 else ''
    return [(text, text == best) for text in texts]


def _plain(text: str) -> str:
    """A name that Markdown takes for no mark-up."""
    for mark in '\\|*`<[':
        text = text.replace(mark, f'\\{mark}')
    return text
