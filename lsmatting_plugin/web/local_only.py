"""Keeps browsers from asking anyone but this server."""

from collections.abc import Awaitable, Callable

POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; form-action 'self'; base-uri 'self'"
)


class LocalOnly:
    """ASGI middleware that adds a content security policy to every answer.

    The page asks nobody else by itself; the policy holds should a version of gradio do so.

    Args:
        app (callable): The ASGI application.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Passes a request on."""

        async def send_with_policy(message: dict) -> None:
            if message['type'] == 'http.response.start':
                extra = [
                    (b'content-security-policy', POLICY.encode()),
                    (b'referrer-policy', b'no-referrer'),
                    (b'x-content-type-options', b'nosniff'),
                ]
                message = {**message, 'headers': [*message.get('headers', []), *extra]}
            await send(message)

        await self.app(scope, receive, send_with_policy)
