"""What the page's buttons do."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import gradio as gr
import numpy as np

from ..cutout import cut_out
from ..trimap import UNKNOWN
from ..visualization.regions import regions_over
from . import trimap_choice
from .backdrop import for_screen, make_backdrop
from .examples import Example
from .folder import Folder
from .session import Session, safe_stem, write_downloads
from .strokes import Strokes, box_round, read_strokes
from .told import Told
from .upload import uploaded_grey, uploaded_photo

EDITOR_SIDE = 900  # pixels; strokes are enlarged to the photo

Value = TypeVar('Value')


class Handlers:
    """The steps from an upload to the downloads, for one page and all of its visitors.

    Args:
        estimator (callable): Image and trimap -> alpha, see :class:`.AlphaEstimator`.
        make_estimator (callable, optional): ``(refine_steps, tile)`` -> an estimator with these.
        first_options (tuple[int, int | None]): Those of ``estimator``.
        examples (list[Example]): What the gallery shows.
        folder (Folder): For results.
        max_pixels (int): The most that an upload may have.
    """

    def __init__(
        self,
        estimator: Callable[[np.ndarray, np.ndarray], np.ndarray],
        make_estimator: Callable[[int, int | None], Callable] | None,
        first_options: tuple[int, int | None],
        examples: list[Example],
        folder: Folder,
        max_pixels: int,
    ) -> None:
        self.estimator = estimator
        # The latest network stays: most visitors do not change the options.
        self.make_estimator = make_estimator and lru_cache(maxsize=1)(make_estimator)
        self.first_options = first_options
        self.examples, self.folder, self.max_pixels = examples, folder, max_pixels

    def load_photo(self, path: str | None) -> tuple:
        """A new photo: canvas, box and messages for it; the old results go."""
        if path is None:
            return self._fresh(Session(), 'Load a photo first.')
        photo = _told(uploaded_photo, path, self.max_pixels)
        session = Session(photo, safe_stem(path))
        height, width = photo.pixels.shape[:2]
        return self._fresh(session, '. '.join([f'{width} x {height} pixels', *photo.notes]) + '.')

    def load_example(self, event: gr.SelectData) -> tuple:
        """A generated photo, its own trimap chosen already."""
        index = event.index
        if not isinstance(index, int) or not 0 <= index < len(self.examples):
            raise Told('There is no such example')
        example = self.examples[index]
        session, *rest = self.load_photo(str(example.photo))
        uploaded = uploaded_grey(example.trimap, self.max_pixels)
        chosen = self._choose(session, trimap_choice.trimap_from_trimap, uploaded)
        # What the trimap shows and says takes the place of the photo's empty fields.
        return str(example.photo), chosen[0], *rest[: -len(chosen) + 1], *chosen[1:]

    def use_strokes(self, session: Session, editor: dict | None, rest: str, width: float) -> tuple:
        """A trimap of what is painted."""
        strokes = self._strokes(session, editor)
        return self._choose(session, trimap_choice.trimap_from_strokes, strokes, width, rest)

    def use_box_of_strokes(self, session: Session, editor: dict | None, width: float) -> tuple:
        """A trimap by GrabCut in the box round what is painted."""
        box = _told(box_round, self._strokes(session, editor))
        return self._choose(session, trimap_choice.trimap_from_box, box, width)

    def use_box(
        self,
        session: Session,
        left: float | None,
        top: float | None,
        across: float | None,
        down: float | None,
        width: float,
    ) -> tuple:
        """A trimap by GrabCut in a box given by its numbers."""
        if left is None or top is None or across is None or down is None:
            raise Told('The box needs all of its four numbers')
        box = (int(left), int(top), int(across), int(down))
        return self._choose(session, trimap_choice.trimap_from_box, box, width)

    def use_mask(self, session: Session, path: str | None, width: float) -> tuple:
        """A trimap round the edge of an uploaded mask or matte."""
        if path is None:
            raise Told('Upload a mask first')
        mask = _told(uploaded_grey, path, self.max_pixels)
        return self._choose(session, trimap_choice.trimap_from_mask, mask, width)

    def use_trimap(self, session: Session, path: str | None) -> tuple:
        """An uploaded trimap."""
        if path is None:
            raise Told('Upload a trimap first')
        uploaded = _told(uploaded_grey, path, self.max_pixels)
        return self._choose(session, trimap_choice.trimap_from_trimap, uploaded)

    def run(
        self,
        session: Session,
        kind: str,
        colour: str,
        picture: str | None,
        refine_steps: float = 0,
        tile: float = 0,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 gradio finds it by its default
    ) -> tuple:
        """The matte, the cut-out and the downloads."""
        if session.trimap is None:
            raise Told('Say first what is object and what is background (step 2)')
        progress(0, desc='Computing the matte')
        estimator = self.estimator
        try:
            chosen = (int(refine_steps), int(tile) or None)
            if self.make_estimator and chosen != self.first_options:
                estimator = self.make_estimator(*chosen)

            def estimate(image: np.ndarray, trimap: np.ndarray) -> np.ndarray:
                alpha = estimator(image, trimap)
                progress(0.7, desc="Estimating the object's colours")
                return alpha

            cutout = cut_out(estimate, session.pixels, session.trimap)
        except (ValueError, RuntimeError, MemoryError) as error:
            raise Told(f'The matte could not be computed: {error}') from error
        session = replace(session, cutout=cutout)
        progress(0.9, desc='Writing the files')
        try:
            files = write_downloads(session, self.folder.new())
        except OSError as error:
            raise Told(f'The files could not be written: {error.strerror}') from error
        self.folder.make_room()
        shown = self.show(session, kind, colour, picture)
        return session, gr.update(visible=True), for_screen(cutout.matte()), *shown, *files

    def show(self, session: Session, kind: str, colour: str, picture: str | None) -> tuple:
        """The cut-out over a background, alone and beside the photo."""
        if session.cutout is None or session.trimap is None:
            return None, None
        if kind == 'picture' and picture is None:
            kind = 'checkerboard'  # until it is uploaded
        behind = picture and _told(uploaded_photo, picture, self.max_pixels).pixels_8bit
        shape = session.trimap.shape
        over = session.cutout.over(_told(make_backdrop, kind, shape, colour, behind))
        return (for_screen(session.pixels), for_screen(over)), for_screen(over)

    def _fresh(self, session: Session, said: str) -> tuple:
        canvas, box = None, (None,) * 4
        if session.photo is not None:
            canvas = for_screen(session.pixels, EDITOR_SIDE)
            height, width = session.pixels.shape[:2]
            box = (width // 10, height // 10, width * 8 // 10, height * 8 // 10)
        return session, said, canvas, *box, None, '', gr.update(visible=False)

    def _strokes(self, session: Session, editor: dict | None) -> Strokes:
        pixels = _told(lambda: session.pixels)
        return read_strokes((editor or {}).get('layers', []), pixels.shape[:2])

    def _choose(
        self, session: Session, choose: Callable[..., trimap_choice.ChosenTrimap], *given: object
    ) -> tuple:
        pixels = _told(lambda: session.pixels)
        try:
            chosen = choose(pixels, *given)
        except ValueError as error:
            raise Told(_sentence(error)) from error
        share = np.mean(chosen.trimap == UNKNOWN)
        notes = [f'{share:.0%} of the photo is unknown', *chosen.notes]
        said = '\n'.join(f'- {note[0].upper()}{note[1:]}.' for note in notes)
        session = replace(session, trimap=chosen.trimap, cutout=None)
        preview = for_screen(regions_over(pixels, chosen.trimap), EDITOR_SIDE)
        return session, preview, said, gr.update(visible=False)


def _told(call: Callable[..., Value], *given: object) -> Value:
    """The result of a call, its ValueErrors told to the visitor."""
    try:
        return call(*given)
    except ValueError as error:
        raise Told(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    said = str(error)
    return said[:1].upper() + said[1:]
