"""Pictures of mattes, and charts of their errors."""

from .charts import bar_charts, line_charts
from .contact_sheet import checkerboard, contact_sheet
from .cover import cover
from .error_map import error_legend, error_map
from .regions import regions_over
from .score_table import ScoreTable
from .sheet_writer import SheetWriter
from .shrunk import shrunk
from .window import largest_window, window_in

__all__ = [
    'ScoreTable',
    'SheetWriter',
    'bar_charts',
    'checkerboard',
    'contact_sheet',
    'cover',
    'error_legend',
    'error_map',
    'largest_window',
    'line_charts',
    'regions_over',
    'shrunk',
    'window_in',
]
