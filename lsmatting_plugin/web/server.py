"""Serves the page, and leaves nothing behind."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .examples import write_examples
from .local_only import LocalOnly

if TYPE_CHECKING:
    import gradio

Estimator = Callable[[np.ndarray, np.ndarray], np.ndarray]

MAX_PIXELS = 25_000_000
LOOPBACK = ('127.0.0.1', 'localhost', '::1')
WAITING = 8  # visitors in the queue; another is told to come back
SESSIONS = 16  # whose photos are kept in memory; the longest idle one goes first


def build_page(
    estimator: Estimator,
    folder: str | Path,
    max_pixels: int = MAX_PIXELS,
    make_estimator: Callable[[int, int | None], Estimator] | None = None,
) -> 'gradio.Blocks':
    """The page, not yet served.

    Args:
        estimator (AlphaEstimator): BGR uint8 image and trimap -> float32 alpha; ``name`` is shown.
        folder (str | Path): For uploads, examples and results; gradio's cache as long as the page
            is served.
        max_pixels (int): The most that an uploaded image may have.
        make_estimator (callable, optional): ``(refine_steps, tile or None)`` -> an estimator with
            these options, which the page then shows. For networks.

    Raises:
        ModuleNotFoundError: gradio is not installed.
    """
    # gradio reads these when it is imported and when components are made.
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    os.environ['GRADIO_TEMP_DIR'] = str(folder)
    os.environ.setdefault('HF_HUB_DISABLE_TELEMETRY', '1')
    try:
        from .page import make_page
    except ModuleNotFoundError as error:
        if error.name != 'gradio':
            raise
        raise ModuleNotFoundError(
            'The web page needs gradio: pip install "gradio>=6,<7"', name='gradio'
        ) from error
    examples = write_examples(Path(folder, 'examples'))
    return make_page(estimator, examples, Path(folder), max_pixels, make_estimator)


@contextmanager
def running_page(
    estimator: Estimator,
    host: str = '127.0.0.1',
    port: int = 7860,
    max_pixels: int = MAX_PIXELS,
    max_upload_mb: int = 40,
    open_browser: bool = False,
    make_estimator: Callable[[int, int | None], Estimator] | None = None,
) -> Iterator[str]:
    """Serves the page as long as the context lasts; one at a time in a process.

    Args:
        estimator (AlphaEstimator): See :func:`build_page`.
        host (str): Address to listen on; by default nobody else's computer reaches it.
        port (int): To listen on.
        max_pixels (int): The most that an uploaded image may have.
        max_upload_mb (int): The most that an uploaded file may have, megabytes.
        open_browser (bool): Also opens the page.
        make_estimator (callable, optional): See :func:`build_page`.

    Yields:
        str: The page's address.

    Raises:
        ModuleNotFoundError: gradio is not installed.
        OSError: The port is in use.
    """
    before = os.environ.get('GRADIO_TEMP_DIR')
    folder = tempfile.mkdtemp(prefix='lsmatting-web-')
    blocks = None
    try:
        blocks = build_page(estimator, folder, max_pixels, make_estimator)
        # One matte at a time: it takes all cores and much memory.
        blocks.queue(max_size=WAITING, default_concurrency_limit=1, api_open=False)
        _, url, _ = blocks.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            max_file_size=f'{max_upload_mb}mb',
            state_session_capacity=SESSIONS,
            app_kwargs={'middleware': _middleware(host)},
            **_looks(),
            # Nothing is offered that this page does not need.
            share=False,
            allowed_paths=[],
            show_error=False,
            quiet=True,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            ssr_mode=False,
        )
        yield url
    finally:
        if blocks is not None:
            blocks.close(verbose=False)
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            os.environ.pop('GRADIO_TEMP_DIR', None)
        else:
            os.environ['GRADIO_TEMP_DIR'] = before


def serve(
    estimator: Estimator,
    host: str = '127.0.0.1',
    port: int = 7860,
    max_pixels: int = MAX_PIXELS,
    max_upload_mb: int = 40,
    open_browser: bool = False,
    make_estimator: Callable[[int, int | None], Estimator] | None = None,
) -> None:
    """Serves the page until it is interrupted; see :func:`running_page` for the arguments."""
    if threading.current_thread() is threading.main_thread():
        # A service manager's signal would else end the process before the folder is removed.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running_page(
        estimator, host, port, max_pixels, max_upload_mb, open_browser, make_estimator
    ) as url:
        print(f'The page is at {url} (Ctrl+C ends it)', flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print('Ended')


def _looks() -> dict:
    from .page import CSS, page_theme

    return dict(theme=page_theme(), css=CSS)


def _middleware(host: str) -> list:
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    middleware = [Middleware(LocalOnly)]
    if host in LOOPBACK:
        # Else a foreign site could have its own name resolve to this computer and use the page.
        names = ['127.0.0.1', 'localhost']
        middleware.append(Middleware(TrustedHostMiddleware, allowed_hosts=names))
    return middleware
