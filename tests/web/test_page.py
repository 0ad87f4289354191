"""The page in a browser."""

import shutil
from pathlib import Path
from urllib.parse import urlparse

import cv2
import numpy as np
import pytest

from lsmatting_plugin.apis.alpha_estimator import AlphaEstimator
from lsmatting_plugin.image_io import write_image
from lsmatting_plugin.web import running_page
from lsmatting_plugin.web.examples import SIZE, write_examples

pytest.importorskip('gradio', reason='the web page needs gradio')

CHROMIUM_OPTIONS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
]  # fmt: skip
TIMEOUT = 20_000  # ms


@pytest.fixture(scope='module')
def address():
    """A page with closed-form matting."""
    with running_page(AlphaEstimator('closed-form'), port=0, max_pixels=1_000_000) as url:
        yield url.rstrip('/')


@pytest.fixture(scope='module')
def browser():
    """Headless Chromium."""
    sync_api = pytest.importorskip('playwright.sync_api', reason='browser tests need playwright')
    chromium = shutil.which('chromium')
    if chromium is None:
        pytest.skip('browser tests need a chromium on the PATH')
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def page(browser, address):
    """The page, opened; what it asks for and complains of is in ``requested`` and ``said``."""
    opened = browser.new_page(viewport={'width': 1240, 'height': 900})
    opened.set_default_timeout(TIMEOUT)
    opened.requested, opened.said = [], []
    opened.on('request', lambda request: opened.requested.append(request.url))
    opened.on('console', lambda said: opened.said.append((said.type, said.text)))
    opened.on('pageerror', lambda error: opened.said.append(('error', str(error))))
    opened.goto(address)
    opened.wait_for_selector('#examples .thumbnail-item')
    yield opened
    opened.close()


@pytest.fixture(scope='module')
def example(tmp_path_factory):
    """A generated photo, its trimap as a file of its own."""
    return write_examples(tmp_path_factory.mktemp('photos'), kinds=('hair',), size=200, seed=3)[0]


def download(page, button: str, folder: Path) -> np.ndarray:
    with page.expect_download() as waiting:
        page.click(button)
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def require_quiet(page) -> None:
    hosts = {urlparse(url).hostname for url in page.requested if url.startswith('http')}
    assert hosts == {'127.0.0.1'}
    assert [text for kind, text in page.said if kind == 'error'] == []


def cut_out(page) -> None:
    page.click('#run')
    page.wait_for_selector('#cutout img')
    page.wait_for_selector('#slider img')


def stroke(page, canvas: dict, height: float) -> None:
    """Draws a short line across the middle, at a share of the canvas's height."""
    x, y = canvas['x'] + canvas['width'] / 2, canvas['y'] + height * canvas['height']
    page.mouse.move(x - 40, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 5, steps=8)
    page.mouse.up()
    page.wait_for_timeout(300)  # until the canvas has drawn it


def test_an_example_is_cut_out(page, example, tmp_path):
    page.locator('#examples .thumbnail-item').nth(1).click()
    page.wait_for_selector('#preview img')

    cut_out(page)
    rgba = download(page, '#download-rgba', tmp_path)

    assert rgba.ndim == 3
    assert rgba.shape[2] == 4
    assert max(rgba.shape) == SIZE
    assert rgba[..., 3].min() == 0
    assert rgba[..., 3].max() == 255
    page.screenshot(path=tmp_path / 'page.jpg', type='jpeg', quality=80, full_page=True)
    assert (tmp_path / 'page.jpg').stat().st_size > 20_000
    before = page.get_attribute('#cutout img', 'src')
    page.get_by_label('picture', exact=True).click()
    page.locator('#behind input[type=file]').set_input_files(example.photo)
    page.wait_for_function(
        "before => document.querySelector('#cutout img').src != before", arg=before
    )
    require_quiet(page)


def test_an_upload_is_painted_and_cut_out(page, example, tmp_path):
    page.set_input_files('#photo input[type=file]', example.photo)
    page.wait_for_selector('#editor canvas')
    page.locator('#editor').scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # the canvas fades in and takes no strokes before
    canvas = page.locator('#editor canvas').first.bounding_box()
    stroke(page, canvas, 0.5)
    page.click('#use-strokes')
    page.get_by_text('at least one stroke on the object and one on the background').wait_for()
    page.click("#editor button[aria-label='Color']")
    page.locator('#editor button.color').nth(1).click()
    stroke(page, canvas, 0.12)

    page.click('#use-strokes')
    page.wait_for_selector('#preview img')
    cut_out(page)
    alpha = download(page, '#download-alpha', tmp_path)

    assert alpha.shape == cv2.imread(str(example.photo)).shape[:2]
    require_quiet(page)


def test_a_trimap_of_another_size_is_told(page, example, tmp_path):
    write_image(np.zeros((30, 20), np.uint8), tmp_path / 'small.png')
    page.set_input_files('#photo input[type=file]', example.photo)
    page.wait_for_selector('#editor canvas')
    page.get_by_role('tab', name='Trimap').click()

    page.set_input_files('#trimap input[type=file]', tmp_path / 'small.png')

    page.get_by_text('the trimap 20 x 30').wait_for()


def test_a_photo_with_too_many_pixels_is_told(page, tmp_path):
    write_image(np.zeros((1001, 1000), np.uint8), tmp_path / 'large.png')

    page.set_input_files('#photo input[type=file]', tmp_path / 'large.png')

    page.get_by_text('1000 x 1001 pixels').wait_for()
