"""Keeps visitors apart: what one began no other goes on with."""

import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse

TOKEN = re.compile('[0-9a-f]{32}')
MAX_SESSIONS = 10_000  # remembered, some 300 bytes each; the longest unused one goes first
HEARTBEAT = '/gradio_api/heartbeat/'


class Visitors:
    """ASGI middleware that ties gradio's sessions to the browser that began them.

    gradio knows a visit by a name that the browser makes up, and lets in whoever names it. Here
    the browser also gets a random cookie with the page; a session belongs to the first that uses
    it.

    Args:
        app (callable): The ASGI application.
        is_secure (bool): Browsers reach the page by https alone.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], is_secure: bool = False) -> None:
        self.app, self.is_secure = app, is_secure
        self._owners: OrderedDict[str, str] = OrderedDict()

    def owns(self, request: Request, session: str) -> bool:
        """Whether the browser that asks may use a session; a new one becomes its own."""
        token = self._token(request)
        if token is None:
            return False
        owner = self._owners.setdefault(session, token)
        self._owners.move_to_end(session)
        if len(self._owners) > MAX_SESSIONS:
            self._owners.popitem(last=False)
        return owner == token

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Passes a request on, or answers 403."""
        if scope['type'] != 'http':
            return await self.app(scope, receive, send)
        request = Request(scope)
        path = scope['path']
        scope = {**scope, 'visitors': self}
        if path == '/' and self._token(request) is None:
            send = self._with_token(request, send)
        session = path.removeprefix(HEARTBEAT) if path.startswith(HEARTBEAT) else None
        if path == '/gradio_api/queue/data':
            session = request.query_params.get('session_hash', '')
        if session is not None and not self.owns(request, session):
            return await NOT_YOURS(scope, receive, send)
        await self.app(scope, receive, send)

    def _token(self, request: Request) -> str | None:
        token = request.cookies.get(_name(request), '')
        return token if TOKEN.fullmatch(token) else None

    def _with_token(self, request: Request, send: Callable) -> Callable:
        secure = '; Secure' if self.is_secure else ''
        cookie = f'{_name(request)}={secrets.token_hex(16)}; Path=/; HttpOnly; SameSite=Lax{secure}'

        async def send_with_token(message: dict) -> None:
            if message['type'] == 'http.response.start':
                headers = [*message.get('headers', []), (b'set-cookie', cookie.encode())]
                message = {**message, 'headers': headers}
            await send(message)

        return send_with_token


NOT_YOURS = JSONResponse({'detail': 'This visit began in another browser; load the page anew'}, 403)


def _name(request: Request) -> str:
    # Browsers send cookies to all ports of a host.
    return f'lsmatting_{request.scope["server"][1]}'
