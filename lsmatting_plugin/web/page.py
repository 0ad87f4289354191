"""The page: what is where, and which button does what."""

from collections.abc import Callable
from typing import Literal, TypedDict

import gradio as gr
import numpy as np

from ..trimap import BG, FG, UNKNOWN
from .backdrop import BACKDROPS
from .components import StrokeEditor, UploadedImage
from .examples import Example
from .folder import Folder
from .handlers import Handlers
from .session import Session
from .strokes import brush_colour

TITLE = 'Cut an object out of a photo'
HOUR = 3600
# How old the files of a visit may become, and how often that is looked at, seconds.
CLEANING = (HOUR // 4, 2 * HOUR)
RESTS = [
    ('guess it from the colours', 'guess'), ('unknown', 'unknown'), ('background', 'background'),
]  # fmt: skip
MAX_STEPS = 200  # of refinement
TILES = (1024, 2048)  # pixels
CSS = """
.gradio-container { max-width: 1180px !important; margin: 0 auto !important; }
.legend { font-weight: normal; }
#examples .thumbnail-item { aspect-ratio: 16 / 10; }
.legend span { display: inline-block; width: 0.9em; height: 0.9em; border-radius: 3px;
  margin: 0 0.35em 0 0.7em; vertical-align: -0.1em; border: 1px solid #0003; }
footer { display: none !important; }
"""


class _Quiet(TypedDict):
    api_visibility: Literal['private']


def page_theme() -> gr.themes.Base:
    """Plain looks; fonts that are there already, so that none is fetched."""
    return gr.themes.Default(
        font=['system-ui', 'sans-serif'], font_mono=['ui-monospace', 'monospace']
    )


def make_page(
    estimator: Callable[[np.ndarray, np.ndarray], np.ndarray],
    examples: list[Example],
    folder: Folder,
    max_pixels: int,
    make_estimator: Callable[[int, int | None], Callable] | None = None,
    first_options: tuple[int, int | None] = (0, None),
) -> gr.Blocks:
    """The page, ready to be launched.

    Args:
        estimator (AlphaEstimator): Image and trimap -> alpha; its ``name`` is shown.
        examples (list[Example]): Files within ``folder``.
        folder (Folder): gradio's cache, in which it may give files to browsers.
        max_pixels (int): The most that an upload may have.
        make_estimator (callable, optional): ``(refine_steps, tile)`` -> an estimator; given, the
            page has these options.
        first_options (tuple[int, int | None]): Those of ``estimator``, with which a visit begins.
    """
    handlers = Handlers(estimator, make_estimator, first_options, examples, folder, max_pixels)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=CLEANING) as blocks:
        session = gr.State(Session(), time_to_live=HOUR)
        name = getattr(estimator, 'name', 'an unnamed method')
        gr.Markdown(
            f'# {TITLE}\nDown to single hairs, with its own colours. Mattes by: **{name}**. '
            'Photos stay on the computer that runs this page.'
        )

        gr.Markdown('## 1. Photo')
        with gr.Row():
            photo = UploadedImage(
                max_pixels=max_pixels, label='Photo', height=300, scale=3, elem_id='photo'
            )
            with gr.Column(scale=2):
                gr.Markdown('Or a generated example, with its trimap:')
                gallery = gr.Gallery(
                    [str(example.photo) for example in examples],
                    show_label=False, columns=2, height=245, object_fit='cover',
                    allow_preview=False,
                    interactive=False, buttons=[], elem_id='examples',
                )  # fmt: skip
        about_photo = gr.Markdown(f'Up to {max_pixels / 1e6:g} million pixels.')

        gr.Markdown('## 2. What is object, what is background?')
        with gr.Row():
            with gr.Column(scale=3), gr.Tabs():
                with gr.Tab('Paint'):
                    names = {FG: 'object', BG: 'background', UNKNOWN: 'unknown'}
                    gr.HTML('Brush colours (palette on the left): ' + _legend(names))
                    editor = StrokeEditor(
                        max_pixels=max_pixels, height=480, show_label=False,
                        layers=False, buttons=[],
                        brush=gr.Brush(
                            colors=[brush_colour(side) for side in (FG, BG, UNKNOWN)],
                            default_color=brush_colour(FG), color_mode='fixed', default_size=14,
                        ),
                        placeholder='Load a photo above', elem_id='editor',
                    )  # fmt: skip
                    rest = gr.Radio(RESTS, value='guess', label='What is not painted')
                    with gr.Row():
                        by_strokes = gr.Button('Use these strokes', elem_id='use-strokes')
                        by_stroke_box = gr.Button('Use the box round them')
                with gr.Tab('Box'):
                    gr.Markdown('All of the object within, in pixels of the photo.')
                    with gr.Row():
                        box = [
                            gr.Number(label=side, precision=0, min_width=80)
                            for side in ('Left', 'Top', 'Width', 'Height')
                        ]
                    by_box = gr.Button('Use this box')
                with gr.Tab('Mask or matte'):
                    gr.Markdown(
                        'White is the object, black the background; its edge is taken as unknown.'
                    )
                    mask = UploadedImage(max_pixels=max_pixels, label='Mask or matte', height=300)
                    by_mask = gr.Button('Use this mask')
                with gr.Tab('Trimap'):
                    gr.Markdown('White is object, black background, grey unknown.')
                    own = UploadedImage(
                        max_pixels=max_pixels, label='Trimap', height=300, elem_id='trimap'
                    )
            with gr.Column(scale=2):
                preview = gr.Image(
                    label='What will be used', interactive=False, height=420, buttons=[],
                    elem_id='preview',
                )  # fmt: skip
                gr.HTML(_legend({FG: 'object', BG: 'background'}) + ', uncoloured: unknown')
                notes = gr.Markdown(elem_id='notes')
                width = gr.Slider(
                    1, 100, value=10, step=1, label='Unknown on both sides of the edge, pixels',
                    info='For strokes, boxes and masks',
                )  # fmt: skip

        gr.Markdown('## 3. Result')
        options = []
        if make_estimator is not None:
            steps, tile = first_options[0], first_options[1] or 0
            tiles = {0: 'whole photo'} | {side: f'{side} pixels' for side in {*TILES, tile} - {0}}
            with gr.Row():
                options = [
                    gr.Slider(0, max(MAX_STEPS, steps), value=steps, step=1,
                              label='Refinement steps', info='0: none; more are finer and slower'),
                    gr.Dropdown(
                        [(text, side) for side, text in sorted(tiles.items())],
                        value=tile, label='Tiles', info='For photos that do not fit into memory',
                    ),
                ]  # fmt: skip
        start = gr.Button('Cut out', variant='primary', size='lg', elem_id='run')
        with gr.Column(visible=False, elem_id='results') as results:
            with gr.Row():
                kind = gr.Radio(list(BACKDROPS), value='checkerboard', label='Show it on', scale=3)
                colour = gr.ColorPicker('#2a9d8f', label='Colour', visible=False, min_width=120)
            behind = UploadedImage(
                max_pixels=max_pixels,
                label='Picture behind it',
                elem_id='behind',
                height=200,
                visible=False,
            )
            with gr.Row():
                slider = gr.ImageSlider(
                    label='Before and after', interactive=False, max_height=520, buttons=[],
                    scale=1, elem_id='slider',
                )  # fmt: skip
                with gr.Column(scale=1), gr.Tabs():
                    with gr.Tab('Cut-out'):
                        shown = gr.Image(
                            show_label=False,
                            interactive=False,
                            height=440,
                            buttons=['fullscreen'],
                            elem_id='cutout',
                        )
                    with gr.Tab('Matte'):
                        matte = gr.Image(
                            show_label=False,
                            interactive=False,
                            height=440,
                            buttons=['fullscreen'],
                            elem_id='matte',
                        )
            gr.Markdown('Download as PNG, in the size of the photo:')
            with gr.Row():
                downloads = [
                    gr.DownloadButton(label, elem_id=f'download-{key}', size='md')
                    for key, label in (
                        ('rgba', 'Cut-out with transparency'),
                        ('alpha', 'Matte'),
                        ('foreground', 'Foreground colours'),
                    )
                ]

        chosen = [session, preview, notes, results]
        loaded = [session, about_photo, editor, *box, preview, notes, results]
        backdrop = [kind, colour, behind]
        # Nobody but the page itself calls these; gradio.client needs no names for them.
        quiet = _Quiet(api_visibility='private')
        photo.upload(handlers.load_photo, photo, loaded, **quiet)
        photo.clear(handlers.load_photo, photo, loaded, **quiet)
        gallery.select(handlers.load_example, None, [photo, *loaded], **quiet)
        by_strokes.click(handlers.use_strokes, [session, editor, rest, width], chosen, **quiet)
        by_stroke_box.click(handlers.use_box_of_strokes, [session, editor, width], chosen, **quiet)
        by_box.click(handlers.use_box, [session, *box, width], chosen, **quiet)
        mask.upload(handlers.use_mask, [session, mask, width], chosen, **quiet)
        by_mask.click(handlers.use_mask, [session, mask, width], chosen, **quiet)
        own.upload(handlers.use_trimap, [session, own], chosen, **quiet)
        start.click(
            handlers.run,
            [session, *backdrop, *options],
            [session, results, matte, slider, shown, *downloads],
            **quiet,
        )
        kind.change(_fields_of, kind, [colour, behind], **quiet)
        for field in (kind.change, colour.change, behind.upload):
            field(handlers.show, [session, *backdrop], [slider, shown], **quiet)
    return blocks


def _fields_of(kind: str) -> tuple:
    return gr.update(visible=kind == 'colour'), gr.update(visible=kind == 'picture')


def _legend(names: dict[int, str]) -> str:
    swatches = (
        f'<span style="background: {brush_colour(side)}"></span>{name}'
        for side, name in names.items()
    )
    return f'<b class="legend">{"".join(swatches)}</b>'
