from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import cv2
import numpy as np
import pytest
from web_visitor import Visitor, half

from lsmatting_plugin.web import running_page
from lsmatting_plugin.web.examples import write_examples


@pytest.fixture(scope='module')
def small_examples() -> Iterator[None]:
    """Example photos of which a page has four within a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            'lsmatting_plugin.web.server.write_examples', partial(write_examples, size=96)
        )
        yield


@pytest.fixture
def start_page(small_examples) -> Iterator[Callable[..., Visitor]]:
    """Serves a page until the test is over; gives its first visitor."""
    with ExitStack() as stack:

        def start(estimator=half, **options) -> Visitor:
            return Visitor(stack.enter_context(running_page(estimator, port=0, **options)))

        yield start


@pytest.fixture(scope='module')
def visitor(small_examples) -> Iterator[Visitor]:
    """A visitor of a page with small limits, one page for the tests of a file."""
    with running_page(half, port=0, max_upload_mb=1, max_pixels=10_000) as url:
        yield Visitor(url)


@pytest.fixture(scope='session')
def png() -> bytes:
    """A photo of 30 x 20 pixels."""
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    return cv2.imencode('.png', pixels)[1].tobytes()
