"""Which requests get in: those of this page, from this page."""

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

# All that the page asks for. gradio has some sixty routes; what is not here does not exist.
ROUTES = [
    (method, re.compile(path))
    for methods, path in (
        ('GET HEAD', r'/'),
        ('GET HEAD', r'/(assets|static)/[\w./-]+'),
        ('GET', r'/favicon\.ico'),
        ('GET', r'/theme\.css'),
        ('GET HEAD', r'/gradio_api/file=/.+'),
        ('GET', r'/gradio_api/app_id'),
        ('GET', r'/gradio_api/heartbeat/[a-z0-9]{1,32}'),
        ('GET', r'/gradio_api/queue/data'),
        ('GET', r'/gradio_api/upload_progress'),
        ('POST', r'/gradio_api/queue/join'),
        ('POST', r'/gradio_api/upload'),
    )
    for method in methods.split()
]
LOOPBACK = ('127.0.0.1', 'localhost', '::1')
# By these gradio would let a request say where the page's own parts come from.
STRIPPED = (b'x-forwarded-', b'x-gradio-', b'forwarded')


class Gate:
    """ASGI middleware that turns away what this page does not ask for.

    Args:
        app (callable): The ASGI application.
        host (str): The address that is listened on.
        public_url (str, optional): Where browsers find the page, if a proxy stands before it.
    """

    def __init__(
        self, app: Callable[..., Awaitable[None]], host: str, public_url: str | None = None
    ) -> None:
        self.app = app
        self.is_local = host in LOOPBACK
        self.public = urlsplit(public_url).netloc if public_url else None

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Passes a request on, or answers 400, 403, 404 or 405."""
        if scope['type'] == 'http':
            refused = self._refused(scope, Headers(scope=scope))
            if refused is not None:
                return await refused(scope, receive, send)
            headers = [one for one in scope['headers'] if not one[0].startswith(STRIPPED)]
            scope = {**scope, 'headers': headers}
        await self.app(scope, receive, send)

    def _refused(self, scope: dict, headers: Headers) -> PlainTextResponse | None:
        path, method = scope['path'], scope['method']
        methods = [allowed for allowed, known in ROUTES if known.fullmatch(path)]
        if not methods:
            return PlainTextResponse('Not found', 404)
        if method not in methods:
            return PlainTextResponse('Not allowed', 405, {'allow': ', '.join(methods)})
        host = headers.get('host', '')
        if not self.is_known(host):
            return PlainTextResponse('Invalid host header', 400)
        # Any site may have its visitors' browsers send requests here; they say where they are.
        origin = headers.get('origin')
        is_own = origin is None or urlsplit(origin).netloc == host
        is_foreign = headers.get('sec-fetch-site') in ('cross-site', 'same-site')
        if not is_own or (is_foreign and path != '/'):
            return PlainTextResponse('Only this page may ask', 403)
        return None

    def is_known(self, host: str) -> bool:
        """Whether a name is ours: a foreign site could have its own resolve to this computer."""
        if self.public is not None and host == self.public:
            return True
        try:
            name = urlsplit(f'//{host}').hostname or ''
        except ValueError:
            return False
        if name in LOOPBACK or self.is_local:
            return name in LOOPBACK
        return name == socket.gethostname().lower() or is_address(name)


def is_address(name: str) -> bool:
    """Whether it is an IP address, which no foreign site can have for a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
