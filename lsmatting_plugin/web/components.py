"""gradio's inputs for images, made safe to feed with anything."""

from abc import ABCMeta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.component_meta import ComponentMeta, updateable
from gradio.components.image_editor import EditorData, EditorValue, ImageType
from gradio.data_classes import ImageData
from gradio_client.utils import is_http_url_like

from .told import Told
from .upload import require_fitting

if TYPE_CHECKING:  # gradio looks at all that is derived from it
    _Component = gr.components.Component
else:
    _Component = object


class _WithoutStub(ComponentMeta):
    """Makes components without writing a ``.pyi`` beside this file, as gradio's own class does."""

    def __new__(cls, name: str, bases: tuple[type, ...], attributes: dict) -> type:
        attributes['__init__'] = updateable(attributes['__init__'])
        return ABCMeta.__new__(cls, name, bases, attributes)


class _LocalOnly(_Component):
    """A component that fetches nothing: gradio downloads what a visitor names by its URL."""

    drawn_as: type[gr.components.Component]  # gradio's class, which the browser knows

    def get_block_name(self) -> str:
        return self.drawn_as.__name__.lower()

    get_block_class = get_block_name

    def get_config(self, cls: type | None = None) -> dict:
        # gradio reads the names of the options off the constructor.
        return super().get_config(cls or self.drawn_as)

    async def async_move_resource_to_block_cache(
        self, url_or_file_path: str | Path | None
    ) -> str | None:
        if is_http_url_like(str(url_or_file_path)):
            raise Told('Only uploaded files are accepted, no addresses')
        return await super().async_move_resource_to_block_cache(url_or_file_path)


class UploadedImage(_LocalOnly, gr.Image, metaclass=_WithoutStub):
    """An image that a visitor uploads; the page gets its file, not decoded, in the cache folder.

    gradio itself refuses any path that is not one of its uploads.

    Args:
        max_pixels (int): The most that is accepted, by the file's header.
        **options: Of ``gradio.Image``.
    """

    drawn_as = gr.Image

    def __init__(self, max_pixels: int, **options: Any) -> None:
        self.max_pixels = max_pixels
        super().__init__(type='filepath', image_mode=None, sources=['upload'], **options)

    def preprocess(self, payload: ImageData | None) -> str | None:
        """The path of the upload, which holds an image of a size that is accepted."""
        if payload is None or payload.path is None:
            return None
        _check(payload.path, self.max_pixels)
        return payload.path


class StrokeEditor(_LocalOnly, gr.ImageEditor, metaclass=_WithoutStub):
    """A canvas of which the page gets the strokes alone.

    Args:
        max_pixels (int): The most that a layer may have, by its header.
        **options: Of ``gradio.ImageEditor``.
    """

    drawn_as = gr.ImageEditor

    def __init__(self, max_pixels: int, **options: Any) -> None:
        self.max_pixels = max_pixels
        super().__init__(type='numpy', image_mode='RGBA', sources=(), transforms=(), **options)

    def preprocess(self, payload: EditorData | None) -> EditorValue | None:
        """Layers of uint8 RGBA; photo and composite are known here and stay undecoded."""
        if payload is None:
            return None
        stored = self.blob_storage.pop(payload.id, None) if payload.id is not None else payload
        layers: list[ImageType] = []
        for layer in stored.layers if stored is not None else []:
            if layer is None:
                continue
            _check(layer if isinstance(layer, bytes) else layer.path, self.max_pixels)
            pixels = self.convert_and_format_image(layer)
            if pixels is not None:
                layers.append(pixels)
        return {'background': None, 'layers': layers, 'composite': None}


def _check(source: str | bytes, max_pixels: int) -> None:
    try:
        require_fitting(source, max_pixels)
    except ValueError as error:
        raise Told(str(error)) from error
