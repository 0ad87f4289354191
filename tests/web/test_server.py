"""What the server refuses, and what it leaves behind."""

import asyncio
import json
import os
import socket
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest

from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.web import running_page

gradio = pytest.importorskip('gradio', reason='the web page needs gradio')


def free_port() -> int:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def half(image, trimap):
    """An estimator of which every unknown pixel is half object."""
    return np.where(trimap == 128, 0.5, trimap / 255).astype(np.float32)


@pytest.fixture
def served():
    """The address of a page with a network's options, small limits."""
    with running_page(
        half, port=free_port(), max_upload_mb=1, make_estimator=lambda steps, tile: half
    ) as url:
        yield url.rstrip('/')


def post(url: str, data: bytes, kind: str) -> bytes:
    return urlopen(Request(url, data, {'Content-Type': kind})).read()


def upload(address: str, content: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    body = head + content + b'\r\n--x--\r\n'
    return post(f'{address}/gradio_api/upload', body, 'multipart/form-data; boundary=x')


def test_large_uploads_are_refused(served):
    assert b'a.png' in upload(served, b'0')
    with pytest.raises(HTTPError, match='413'):
        upload(served, b'0' * 3_000_000)


def test_a_network_has_options(served):
    config = json.loads(urlopen(f'{served}/config').read())
    labels = {component['props'].get('label') for component in config['components']}

    assert {'Refinement steps', 'Tiles'} <= labels
    assert not config.get('analytics_enabled')


def test_nothing_is_left_behind():
    before = os.environ.get('GRADIO_TEMP_DIR')
    with running_page(half, port=free_port()) as url:
        folder = Path(os.environ['GRADIO_TEMP_DIR'])
        upload(url.rstrip('/'), b'0')
        labels = urlopen(f'{url}config').read()
        assert any(folder.rglob('a.png'))

    assert not folder.exists()
    assert os.environ.get('GRADIO_TEMP_DIR') == before
    assert b'Refinement steps' not in labels


def test_a_named_file_is_not_taken_for_an_upload(served, tmp_path):
    """Requests as the page sends them for an upload, of a path or an address instead."""
    config = json.loads(urlopen(f'{served}/config').read())
    # The event by which a photo is loaded: it has the most outputs of those that uploads start.
    event = max(
        (one for one in config['dependencies'] if [t[1] for t in one['targets']] == ['upload']),
        key=lambda one: len(one['outputs']),
    )

    def is_taken(named: str) -> bool:
        session = str(abs(hash(named)))
        file = {'path': named, 'meta': {'_type': 'gradio.FileData'}}
        request = {'data': [file], 'fn_index': event['id'], 'session_hash': session}
        body = json.dumps(request).encode()
        post(f'{served}/gradio_api/queue/join?', body, 'application/json')
        answer = urlopen(f'{served}/gradio_api/queue/data?session_hash={session}', timeout=20)
        [line] = [line for line in answer if b'process_completed' in line]
        return json.loads(line.removeprefix(b'data: '))['success']

    other = tmp_path / 'photo.png'
    write_image(np.zeros((5, 5, 3), np.uint8), other)
    [uploaded] = json.loads(upload(served, other.read_bytes()))

    assert is_taken(uploaded)
    assert not is_taken(str(other))
    assert not is_taken('http://127.0.0.1:9/photo.png')


def test_components_look_before_they_decode(tmp_path):
    from gradio.components.image_editor import EditorData
    from gradio.data_classes import FileData, ImageData

    from lsmatting_plugin.web.components import StrokeEditor, UploadedImage

    path = str(tmp_path / 'large.png')
    write_image(np.zeros((5, 5, 4), np.uint8), path)

    assert UploadedImage(max_pixels=25).preprocess(ImageData(path=path)) == path
    with pytest.raises(gradio.Error, match='5 x 5 pixels'):
        UploadedImage(max_pixels=24).preprocess(ImageData(path=path))
    layers = EditorData(layers=[FileData(path=path)])
    [layer] = StrokeEditor(max_pixels=25).preprocess(layers)['layers']
    assert layer.shape == (5, 5, 4)
    with pytest.raises(gradio.Error, match='5 x 5 pixels'):
        StrokeEditor(max_pixels=24).preprocess(layers)
    with pytest.raises(gradio.Error, match='no addresses'):
        asyncio.run(UploadedImage(max_pixels=1).async_move_resource_to_block_cache('http://a/b'))
