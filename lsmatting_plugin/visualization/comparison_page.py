"""A web page on which methods are compared; it needs no other file and no other computer."""

import base64
import html
from collections.abc import Sequence

import cv2
import numpy as np

from .crops import Card, Crops
from .error_map import COLOURS, KNOWN, LIMIT
from .score_table import ScoreTable

STYLE = """
:root { color-scheme: light dark; --ink: #1f2937; --soft: #667085; --paper: #ffffff;
  --card: #f4f5f7; --line: #d9dce1; --best: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --soft: #9aa3b2; --paper: #16181d;
  --card: #20242b; --line: #363b45; --best: #fb923c; } }
body { margin: 2rem auto; max-width: 110rem; padding: 0 1.5rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .4rem; }
h3 { font-size: 1rem; margin: 2rem 0 .6rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-weight: normal; }
.note { border-left: 4px solid var(--best); padding: .3rem .8rem; background: var(--card); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .3rem .9rem; border-bottom: 1px solid var(--line); text-align: right; }
th[scope=row] { text-align: left; font-weight: normal; }
td { font-variant-numeric: tabular-nums; }
td strong { color: var(--best); }
.chart { max-width: 100%; height: auto; }
.crops { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .8rem; }
figure { margin: 0; padding: .6rem; background: var(--card); border-radius: .5rem; }
figure img { display: block; width: 100%; height: auto; margin-bottom: .5rem; border-radius: .2rem;
  image-rendering: pixelated; }
figure img:last-of-type { margin-bottom: 0; }
figcaption { margin-bottom: .4rem; font-size: .9rem; }
figcaption * { display: block; min-height: 1.5em; }
figcaption strong { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
figcaption span { color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; }
.bar, .known { height: 1.1rem; border: 1px solid var(--line); border-radius: .2rem; }
.bar { width: 14rem; }
.known { width: 1.6rem; margin-left: 1rem; }
"""


def comparison_page(
    title: str,
    notes: Sequence[str],
    facts: Sequence[str],
    tables: Sequence[ScoreTable],
    charts: tuple[bytes, bytes],
    crops: Sequence[Crops],
    choice: str,
) -> str:
    """The page as HTML.

    Args:
        title (str): Of the page.
        notes (Sequence[str]): What readers must be warned of.
        facts (Sequence[str]): What was compared.
        tables (Sequence[ScoreTable]): The numbers.
        charts (tuple[bytes, bytes]): A PNG for light screens and one for dark ones.
        crops (Sequence[Crops]): The images.
        choice (str): Why these images and these parts.
    """
    lines = [
        '<!doctype html>',
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>',
        f'<h1>{html.escape(title)}</h1>',
        *(f'<p class="note">{html.escape(note)}</p>' for note in notes),
        *(f'<div class="soft">{html.escape(fact)}</div>' for fact in facts),
        *(table.as_html() for table in tables),
        _charts(*charts),
    ]
    if crops:
        lines += ['<h2>Crops</h2>', f'<p>{html.escape(choice)}</p>', _legend()]
        lines += [_section(image) for image in crops]
    return '\n'.join([*lines, '</body></html>', ''])


def _charts(light: bytes, dark: bytes) -> str:
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{_as_source(dark)}">'
        f'<img class="chart" alt="the table as bars" src="{_as_source(light)}"></picture>'
    )


def _legend() -> str:
    """What the colours of error maps mean."""
    stops = ', '.join(f'rgb{colour}' for colour in COLOURS)
    return (
        f'<div class="legend"><span>too transparent, -{LIMIT} or more</span>'
        f'<span class="bar" style="background: linear-gradient(to right, {stops})"></span>'
        f'<span>too opaque, +{LIMIT} or more</span>'
        f'<span class="known" style="background: rgb({KNOWN}, {KNOWN}, {KNOWN})"></span>'
        '<span>known by the trimap</span></div>'
    )


def _section(image: Crops) -> str:
    cards = '\n'.join(map(_figure, image.cards))
    title = html.escape(image.title)
    return f'<section><h3>{title}</h3><div class="crops">\n{cards}\n</div></section>'


def _figure(card: Card) -> str:
    title = html.escape(card.title)
    caption = f'<strong title="{title}">{title}</strong><span>{html.escape(card.detail)}</span>'
    pictures = '\n'.join(
        f'<img alt="{html.escape(text)}" title="{html.escape(text)}" src="{_of_picture(picture)}">'
        for text, picture in card.pictures.items()
    )
    return f'<figure><figcaption>{caption}</figcaption>\n{pictures}</figure>'


def _of_picture(picture: np.ndarray) -> str:
    return _as_source(cv2.imencode('.png', picture)[1].tobytes())


def _as_source(png: bytes) -> str:
    return f'data:image/png;base64,{base64.b64encode(png).decode()}'
