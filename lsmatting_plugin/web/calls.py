"""Calls of the page's functions, as browsers send them, looked at before gradio takes them."""

import json
import math
import re
from collections.abc import Sequence
from typing import TypeGuard

import gradio as gr
from gradio.components.image_editor import EditorData
from gradio.data_classes import FileData, ImageData
from pydantic import ValidationError

from .components import StrokeEditor, UploadedImage
from .folder import Folder

SESSION = re.compile('[a-z0-9]{1,32}')
MAX_NUMBER = 1e9
MAX_TEXT = 80  # characters of a colour
WRONG = 'The call does not fit the page; load it anew'


def checked_call(body: bytes, blocks: gr.Blocks, folder: Folder) -> dict:
    """A call with nothing in it but what the page sends.

    Args:
        body (bytes): JSON: ``fn_index``, ``data``, ``session_hash``, of clicks in the gallery also
            ``event_data``.
        blocks (Blocks): The page.
        folder (Folder): Files may be named that are in here.

    Returns:
        dict: For gradio, by the same names; files without addresses.

    Raises:
        ValueError: It is no such call.
    """
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError('The call is no JSON') from None
    if not isinstance(call, dict):
        raise ValueError(WRONG)
    index, data, session = (call.get(key) for key in ('fn_index', 'data', 'session_hash'))
    function = blocks.fns.get(index) if type(index) is int else None
    if function is None or not isinstance(data, list) or len(data) != len(function.inputs):
        raise ValueError(WRONG)
    if not isinstance(session, str) or not SESSION.fullmatch(session):
        raise ValueError(WRONG)
    inputs = [
        _checked(component, value, folder)
        for component, value in zip(function.inputs, data, strict=True)
    ]
    checked = {'fn_index': index, 'data': inputs, 'session_hash': session}
    if any(event == 'select' for _, event in function.targets):
        checked['event_data'] = _selection(call.get('event_data'))
    trigger = call.get('trigger_id')
    return checked | ({'trigger_id': trigger} if trigger in blocks.blocks else {})


def _checked(component: gr.blocks.Block, value: object, folder: Folder) -> object:
    if isinstance(component, gr.State):
        return None  # it stays on the server
    if isinstance(component, (UploadedImage, StrokeEditor)):
        return None if value is None else _files(component, value, folder)
    if isinstance(component, gr.Slider):
        is_fine = _is_number(value) and component.minimum <= value <= component.maximum
    elif isinstance(component, gr.Number):
        is_fine = value is None or (_is_number(value) and abs(value) <= MAX_NUMBER)
    elif isinstance(component, (gr.Radio, gr.Dropdown)):
        is_fine = value in [choice for _, choice in component.choices]
    else:
        is_fine = isinstance(value, str) and len(value) <= MAX_TEXT
    if not is_fine:
        raise ValueError(f'{getattr(component, "label", None)}: this value is not possible')
    return value


def _files(component: UploadedImage | StrokeEditor, value: object, folder: Folder) -> dict:
    payload: ImageData | EditorData
    files: Sequence[ImageData | FileData]
    try:
        if isinstance(component, UploadedImage):
            payload = ImageData.model_validate(value)
            files = [payload]
        else:
            payload = EditorData.model_validate(value)
            files = _pictures(payload)
    except ValidationError:
        raise ValueError(WRONG) from None
    for file in files:
        if file.path is None or not folder.holds(file.path):
            raise ValueError('Only uploaded files are accepted; upload it again')
        # gradio would fetch what lies at an address.
        file.url = None
    return payload.model_dump()


def _pictures(payload: EditorData) -> list[FileData]:
    payload.id = None  # gradio's second way to bring a picture, without a file
    return [one for one in (payload.background, *payload.layers, payload.composite) if one]


def _selection(given: object) -> dict:
    index = given.get('index') if isinstance(given, dict) else None
    if type(index) is not int:
        raise ValueError(WRONG)
    return {'index': index, 'value': None}


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, bool):
        return False
    # JSON's whole numbers may be too large for a float.
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
