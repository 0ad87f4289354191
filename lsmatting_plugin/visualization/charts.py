"""Charts of numbers, as PNG."""

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # matplotlib is imported by those who draw
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

BEST, OTHERS = '#c2410c', '#7d9bb8'
# Okabe and Ito's colours, which colour-blind people tell apart; black and yellow left out.
LINES = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00')
DASHES = ('-', '--', ':', '-.')
INCH = 150  # pixels


def bar_charts(values: Mapping[str, Mapping[str, float | None]], is_dark: bool = False) -> bytes:
    """A chart of horizontal bars per metric, side by side; the lowest value stands out.

    Args:
        values (Mapping[str, Mapping[str, float | None]]): Title of a chart -> name of a method ->
            value, 0 or more; None draws no bar. All charts have the same methods.
        is_dark (bool): Light on dark instead of dark on light.

    Returns:
        bytes: A PNG.
    """
    methods = list(next(iter(values.values())))
    longest = max(map(len, methods))
    width = 2.5 * len(values) + 0.085 * min(longest, 40)
    with _canvas(width, 0.75 + 0.36 * len(methods), is_dark) as figure:
        charts = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
        for axes, (title, bars) in zip(charts, values.items(), strict=True):
            _bars(axes, title, bars)
        charts[0].set_yticks(range(len(methods)), methods)
        charts[0].invert_yaxis()
        return _png(figure)


def line_charts(
    charts: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]],
    x_labels: Mapping[str, str],
) -> bytes:
    """A chart of lines per quantity, up to three side by side, under one legend.

    Args:
        charts (Mapping): Title of a chart -> name of a run -> its x and y values.
        x_labels (Mapping[str, str]): Title of a chart -> what x is.

    Returns:
        bytes: A PNG.
    """
    columns = min(3, len(charts))
    rows = ceil(len(charts) / columns)
    runs = list(dict.fromkeys(run for lines in charts.values() for run in lines))
    with _canvas(4.2 * columns, 2.9 * rows + 0.3 * ceil(len(runs) / columns), False) as figure:
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid[len(charts) :]:
            axes.set_axis_off()
        for axes, (title, lines) in zip(grid, charts.items(), strict=False):
            for run, (x, y) in lines.items():
                _line(axes, x, y, runs.index(run))
            axes.set_title(title)
            axes.set_xlabel(x_labels[title])
            axes.xaxis.get_major_locator().set_params(integer=True)  # epochs, iterations
            axes.grid(alpha=0.25)
        if len(runs) > 1:
            samples = [_line(grid[0], [], [], number) for number in range(len(runs))]
            figure.legend(samples, runs, loc='outside lower center', ncols=columns, frameon=False)
        return _png(figure)


def _bars(axes: 'Axes', title: str, bars: Mapping[str, float | None]) -> None:
    known = [value for value in bars.values() if value is not None]
    lowest, highest = min(known, default=0), max(known, default=0) or 1
    for row, value in enumerate(bars.values()):
        if value is None:
            axes.text(0, row, ' not measured', va='center', size=8, alpha=0.6)
            continue
        is_best = value == lowest < max(known)
        axes.barh(row, value, height=0.66, color=BEST if is_best else OTHERS)
        weight = 'bold' if is_best else 'normal'
        axes.text(value, row, f' {value:.3g}', va='center', size=9, weight=weight)
    axes.set_xlim(0, 1.3 * highest)  # room for the numbers
    axes.set_title(title, loc='left', weight='bold')
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines[['top', 'right', 'bottom']].set_visible(False)


def _line(axes: 'Axes', x: Sequence[float], y: Sequence[float], number: int) -> 'Line2D':
    """A line in the style of this number; a few points are marked, which a line may not show."""
    colour = LINES[number % len(LINES)]
    dashes = DASHES[number // len(LINES) % len(DASHES)]
    marker = 'o' if len(x) <= 12 else None
    return axes.plot(x, y, dashes, color=colour, marker=marker, markersize=4, linewidth=1.5)[0]


@contextmanager
def _canvas(width: float, height: float, is_dark: bool) -> Iterator['Figure']:
    """A figure of so many inches, apart from what other code may draw."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ink, paper = ('#e5e7eb', '#16181d') if is_dark else ('#1f2937', '#ffffff')
    with matplotlib.rc_context(
        {
            'text.color': ink,
            'axes.edgecolor': ink,
            'axes.labelcolor': ink,
            'xtick.color': ink,
            'ytick.color': ink,
            'axes.facecolor': paper,
            'figure.facecolor': paper,
            'font.size': 9,
            'axes.titlesize': 10,
            'text.parse_math': False,  # '$' is a '$'
        }
    ):
        figure = Figure((width, height), dpi=INCH, layout='constrained')
        FigureCanvasAgg(figure)
        yield figure


def _png(figure: 'Figure') -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Glyph')  # a name in a script that the font lacks
        figure.savefig(file, format='png')
    return file.getvalue()
