"""Takes uploads in gradio's place, and calls of the page's functions before gradio sees them."""

import json
import re
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import gradio as gr
from anyio import to_thread
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .body import BodyError, read_body, require_size
from .calls import checked_call
from .folder import Folder
from .session import safe_stem
from .visitors import NOT_YOURS

OVERHEAD = 65_536  # bytes of an upload beside its files
MAX_CALL = 262_144  # bytes; calls hold numbers and the names of uploads
MAX_FILES = 8  # of one upload; the editor sends its layers together
MAX_BOUNDARY = 70  # characters, RFC 2046
UPLOADED = b'data: {"msg": "done"}\n\n'


class Receiver:
    """ASGI middleware that reads all that visitors send.

    gradio has of a request's body only the most that one file may have, leaves the pieces of an
    upload that is cut, and answers some malformed ones with a traceback.

    Args:
        app (callable): gradio's ASGI application.
        blocks (Blocks): The page.
        folder (Folder): Where uploads go.
        max_upload (int): Bytes that the files of one upload may have together.
    """

    def __init__(
        self,
        app: Callable[..., Awaitable[None]],
        blocks: gr.Blocks,
        folder: Folder,
        max_upload: int,
    ) -> None:
        self.app, self.blocks, self.folder, self.max_upload = app, blocks, folder, max_upload

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Passes a request on, or answers it."""
        take = {
            '/gradio_api/upload': self._upload,
            '/gradio_api/upload_progress': self._progress,
            '/gradio_api/queue/join': self._call,
        }.get(scope.get('path', ''))
        if take is None:
            return await self.app(scope, receive, send)
        try:
            answer = await take(scope, receive)
        except BodyError as error:
            if not error.status:
                return
            answer = JSONResponse({'detail': error.reason}, error.status)
        except (ValueError, MultiPartException) as error:
            answer = JSONResponse({'detail': str(error)}, 400)
        if isinstance(answer, bytes):
            return await self.app(scope, _replay(answer, receive), send)
        await answer(scope, receive, send)

    async def _upload(self, scope: dict, receive: Callable) -> Response:
        headers, max_bytes = Headers(scope=scope), self.max_upload + OVERHEAD
        require_size(int(headers.get('content-length', 0)), max_bytes)
        boundary = require_multipart(headers)
        end = b''

        async def parts() -> AsyncGenerator[bytes, None]:
            nonlocal end
            async for part in read_body(receive, max_bytes):
                end = (end + part)[-2 * MAX_BOUNDARY :]
                yield part

        parser = MultiPartParser(headers, parts(), max_files=MAX_FILES, max_fields=0)
        form = await parser.parse()
        try:
            if b'--' + boundary + b'--' not in end:
                raise ValueError('The upload is cut off')
            # All of them: no other field may come with them.
            files = [file for file in form.getlist('files') if isinstance(file, UploadFile)]
            if not files:
                raise ValueError('The upload holds no file')
            return JSONResponse(await to_thread.run_sync(self._keep, files))
        finally:
            await form.close()

    def _keep(self, files: list[UploadFile]) -> list[str]:
        self.folder.make_room(sum(file.size or 0 for file in files))
        paths = []
        for file in files:
            given = Path(file.filename or '')
            suffix = re.fullmatch(r'\.[a-z0-9]{1,7}', given.suffix.lower())
            name = safe_stem(given) + (suffix[0] if suffix else '')
            kept = self.folder.new()
            try:
                with open(kept / name, 'xb') as stored:
                    shutil.copyfileobj(file.file, stored)
            except OSError as error:
                shutil.rmtree(kept, ignore_errors=True)
                raise BodyError(507, f'The file cannot be kept: {error.strerror}') from error
            paths.append(str(kept / name))
        return paths

    async def _progress(self, scope: dict, receive: Callable) -> Response:
        # The page shows how far an upload is; the browser itself knows when it is done.
        return Response(UPLOADED, media_type='text/event-stream')

    async def _call(self, scope: dict, receive: Callable) -> bytes | Response:
        parts = read_body(receive, MAX_CALL)
        call = checked_call(b''.join([part async for part in parts]), self.blocks, self.folder)
        if not scope['visitors'].owns(Request(scope), call['session_hash']):
            return NOT_YOURS
        return json.dumps(call).encode()


def require_multipart(headers: Headers) -> bytes:
    """The boundary of a form.

    Raises:
        ValueError: It is none, or has no boundary that can be used.
    """
    kind, options = parse_options_header(headers.get('content-type', ''))
    boundary = options.get(b'boundary', b'')
    if kind != b'multipart/form-data' or not 0 < len(boundary) <= MAX_BOUNDARY:
        raise ValueError('An upload must be multipart/form-data with a boundary')
    return boundary


def _replay(body: bytes, receive: Callable) -> Callable:
    """ASGI's receive, for a body that is read already."""
    is_new = True

    async def receive_again() -> dict:
        nonlocal is_new
        if is_new:
            is_new = False
            return {'type': 'http.request', 'body': body, 'more_body': False}
        return await receive()

    return receive_again
