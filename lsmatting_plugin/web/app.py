"""The page as one ASGI application: gradio's, behind what stands guard."""

from collections.abc import Awaitable, Callable

import gradio as gr
from fastapi import FastAPI

from .folder import Folder
from .gate import Gate
from .local_only import LocalOnly
from .page import CSS, page_theme
from .receiver import Receiver
from .visitors import Visitors

WAITING = 24  # calls in the queue; another is told to come back
SESSIONS = (
    20  # whose photos are kept in memory, some 11 bytes a pixel; the longest idle one goes first
)


def make_app(
    blocks: gr.Blocks, folder: Folder, host: str, max_upload: int, public_url: str | None = None
) -> Callable[..., Awaitable[None]]:
    """What answers the page's requests.

    Args:
        blocks (Blocks): The page.
        folder (Folder): See :class:`.Receiver`.
        host (str): The address that is listened on.
        max_upload (int): Bytes of one upload.
        public_url (str, optional): Where browsers find the page, if a proxy stands before it.
    """
    # One matte at a time: it takes all cores and much memory.
    blocks.queue(max_size=WAITING, default_concurrency_limit=1, api_open=False)
    blocks.state_session_capacity = SESSIONS
    blocks.is_running = True  # else streams of messages get no heartbeat
    gradio_app = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        blocks,
        path='/',
        root_path=public_url,
        theme=page_theme(),
        css=CSS,
        # Nothing is offered that this page does not need.
        allowed_paths=[],
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        ssr_mode=False,
    )
    received = Receiver(gradio_app, blocks, folder, max_upload)
    is_secure = bool(public_url and public_url.startswith('https:'))
    return LocalOnly(Gate(Visitors(received, is_secure), host, public_url))
