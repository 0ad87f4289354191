"""Keeps browsers from asking anyone but this server, and others from using its answers."""

from collections.abc import Awaitable, Callable

POLICY = '; '.join(
    [
        "default-src 'none'",
        # gradio's page brings its configuration as a script within; its canvas (PixiJS) and its
        # templates are compiled in the browser.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        # The editor reads its canvas back as blobs.
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
UNUSED = ('camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'usb')
HEADERS = {
    'content-security-policy': POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': ', '.join(f'{name}=()' for name in UNUSED),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
}
# The page's parts are the same for all; what else there is belongs to one visitor.
PUBLIC = ('/assets/', '/static/')


class LocalOnly:
    """ASGI middleware that says in the headers of every answer what browsers must not do.

    The page asks nobody else by itself; the policy holds should a version of gradio do so.

    Args:
        app (callable): The ASGI application.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Passes a request on."""
        extra = dict(HEADERS)
        if not scope.get('path', '').startswith(PUBLIC):
            extra['cache-control'] = 'private, no-store'

        async def send_with_policy(message: dict) -> None:
            if message['type'] == 'http.response.start':
                kept = [
                    (name, value)
                    for name, value in message.get('headers', [])
                    if name.decode().lower() not in extra
                    and not name.lower().startswith(b'access-control-')
                ]
                added = [(name.encode(), value.encode()) for name, value in extra.items()]
                message = {**message, 'headers': kept + added}
            await send(message)

        await self.app(scope, receive, send_with_policy)
