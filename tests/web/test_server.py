"""The page as it is served, and what it leaves behind."""

import asyncio
import logging
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from web_visitor import Visitor, half

from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.web import running_page

gradio = pytest.importorskip('gradio', reason='the web page needs gradio')


def labels(visitor: Visitor) -> set[str | None]:
    return {component['props'].get('label') for component in visitor.config['components']}


def test_a_network_has_options_and_other_methods_none(start_page):
    options = {'Refinement steps', 'Tiles'}
    network = start_page(make_estimator=lambda steps, tile: half)

    assert options <= labels(network)
    assert not network.config.get('analytics_enabled')
    assert options.isdisjoint(labels(start_page()))


def test_a_visit_begins_with_the_options_of_the_command(start_page, png):
    asked = []
    page = start_page(
        make_estimator=lambda *options: asked.append(options) or half, first_options=(250, 512)
    )
    values = {
        component['props'].get('label'): component['props'].get('value')
        for component in page.config['components']
    }

    assert (values['Refinement steps'], values['Tiles']) == (250, 512)
    run = ('run', 'click')
    assert page.join(run, None, 'white', '#ffffff', None, 250, 512).status == 200


def test_log_files_of_the_process_stay_open(start_page, tmp_path):
    log = logging.FileHandler(tmp_path / 'run.log')
    try:
        start_page()
        assert log.stream is not None
    finally:
        log.close()


def test_nothing_is_left_behind(small_examples):
    before = os.environ.get('GRADIO_TEMP_DIR')
    with running_page(half, port=0) as url:
        folder = Path(os.environ['GRADIO_TEMP_DIR'])
        assert Path(Visitor(url).upload(b'0')).exists()

    assert not folder.exists()
    assert os.environ.get('GRADIO_TEMP_DIR') == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(('127.0.0.1', urlsplit(url).port))


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
