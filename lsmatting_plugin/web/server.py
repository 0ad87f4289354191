"""Serves the page, and leaves nothing behind."""

import os
import signal
import socket
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .examples import write_examples
from .folder import EXAMPLES, Folder, working_folder

if TYPE_CHECKING:
    import gradio

Estimator = Callable[[np.ndarray, np.ndarray], np.ndarray]

MAX_PIXELS = 25_000_000
MAX_UPLOAD_MB, MAX_DISK_MB = 40, 2000
CONNECTIONS = 256  # at a time; a browser holds two open, and some more for moments


def build_page(
    estimator: Estimator,
    folder: Folder,
    max_pixels: int = MAX_PIXELS,
    make_estimator: Callable[[int, int | None], Estimator] | None = None,
    first_options: tuple[int, int | None] = (0, None),
) -> 'gradio.Blocks':
    """The page, not yet served.

    Args:
        estimator (AlphaEstimator): BGR uint8 image and trimap -> float32 alpha; ``name`` is shown.
        folder (Folder): For uploads, examples and results; gradio's cache as long as the page
            is served.
        max_pixels (int): The most that an uploaded image may have.
        make_estimator (callable, optional): ``(refine_steps, tile or None)`` -> an estimator with
            these options, which the page then shows. For networks.
        first_options (tuple[int, int | None]): Those of ``estimator``.

    Raises:
        ModuleNotFoundError: gradio is not installed.
    """
    # gradio reads these when it is imported and when components are made.
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    os.environ['GRADIO_TEMP_DIR'] = str(folder.path)
    # It keeps a table of all calls, and makes sums of it at each.
    os.environ['GRADIO_ANALYTICS_MAX_EVENTS'] = '1'
    os.environ['GRADIO_ANALYTICS_CACHE_FREQUENCY'] = str(10**9)
    os.environ.setdefault('HF_HUB_DISABLE_TELEMETRY', '1')
    try:
        from .page import make_page
    except ModuleNotFoundError as error:
        if error.name != 'gradio':
            raise
        raise ModuleNotFoundError(
            'The web page needs gradio: pip install "gradio>=6,<7"', name='gradio'
        ) from error
    examples = write_examples(folder.path / EXAMPLES)
    return make_page(estimator, examples, folder, max_pixels, make_estimator, first_options)


@contextmanager
def running_page(
    estimator: Estimator,
    host: str = '127.0.0.1',
    port: int = 7860,
    max_pixels: int = MAX_PIXELS,
    max_upload_mb: int = MAX_UPLOAD_MB,
    open_browser: bool = False,
    make_estimator: Callable[[int, int | None], Estimator] | None = None,
    first_options: tuple[int, int | None] = (0, None),
    max_disk_mb: int = MAX_DISK_MB,
    public_url: str | None = None,
) -> Iterator[str]:
    """Serves the page as long as the context lasts; one at a time in a process.

    Args:
        estimator (AlphaEstimator): See :func:`build_page`.
        host (str): Address to listen on; by default nobody else's computer reaches it.
        port (int): To listen on; 0: any that is free.
        max_pixels (int): The most that an uploaded image may have.
        max_upload_mb (int): The most that one upload may have, megabytes (10^6 bytes).
        open_browser (bool): Also opens the page.
        make_estimator (callable, optional): See :func:`build_page`.
        first_options (tuple[int, int | None]): See :func:`build_page`.
        max_disk_mb (int): The most that all visitors' files may take, megabytes; the oldest go.
        public_url (str, optional): Where browsers find the page, if a proxy stands before it.

    Yields:
        str: The page's address.

    Raises:
        ModuleNotFoundError: gradio is not installed.
        OSError: The port is in use.
    """
    before = os.environ.get('GRADIO_TEMP_DIR')
    with _listening(host, port) as listening, working_folder(max_disk_mb * 10**6) as folder:
        try:
            blocks = build_page(estimator, folder, max_pixels, make_estimator, first_options)
            from .app import make_app

            app = make_app(blocks, folder, host, max_upload_mb * 10**6, public_url)
            with _answering(app, listening):
                url = f'http://{_for_url(host)}:{listening.getsockname()[1]}/'
                if open_browser:
                    webbrowser.open(url)
                try:
                    yield url
                finally:
                    # Else the streams to open pages keep their connections.
                    blocks.close(verbose=False)
        finally:
            if before is None:
                os.environ.pop('GRADIO_TEMP_DIR', None)
            else:
                os.environ['GRADIO_TEMP_DIR'] = before


def serve(estimator: Estimator, **options: Any) -> None:
    """Serves the page until it is interrupted; see :func:`running_page` for the options."""
    if threading.current_thread() is threading.main_thread():
        # A service manager's signal would else end the process before the folder is removed.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running_page(estimator, **options) as url:
        print(f'The page is at {url} (Ctrl+C ends it)', flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print('Ended')


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(CONNECTIONS)
        yield listening


@contextmanager
def _answering(app: Callable, listening: socket.socket) -> Iterator[None]:
    import uvicorn

    from .connections import PatientProtocol

    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            ws='none',
            log_config=None,  # its own would close the log files of this process
            log_level='warning',
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=2,
        )
    )
    answering = threading.Thread(target=server.run, args=([listening],), daemon=True)
    answering.start()
    try:
        while not server.started and answering.is_alive():
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        answering.join(timeout=10)


def _for_url(host: str) -> str:
    named = {'0.0.0.0': 'localhost', '::': 'localhost'}.get(host, host)
    return f'[{named}]' if ':' in named else named
