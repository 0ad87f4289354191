"""A request's body, read within limits of size and time."""

import asyncio
from collections.abc import AsyncIterator, Callable

GRACE = 10  # seconds that any body may take
RATE = 16_384  # bytes a second that it has to bring beyond that


class BodyError(Exception):
    """A body that is not read to its end.

    Args:
        status (int): Of the answer; 0: nobody is left who would read one.
        reason (str): For the client.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


async def read_body(receive: Callable, max_bytes: int) -> AsyncIterator[bytes]:
    """The parts of a body as they come.

    Args:
        receive (callable): Of ASGI.
        max_bytes (int): The most that is accepted, whatever the headers say.

    Raises:
        BodyError: It is larger (413), slower than ``RATE`` (408), or the client is gone.
    """
    clock = asyncio.get_running_loop().time
    start, size, is_complete = clock(), 0, False
    while not is_complete:
        left = start + GRACE + size / RATE - clock()
        try:
            message = await asyncio.wait_for(receive(), max(left, 0))
        except asyncio.TimeoutError:
            raise BodyError(408, 'The request takes too long') from None
        if message['type'] == 'http.disconnect':
            raise BodyError(0, 'The client is gone')
        part, is_complete = message.get('body', b''), not message.get('more_body', False)
        size += len(part)
        require_size(size, max_bytes)
        yield part


def require_size(size: int, max_bytes: int) -> None:
    """Checks a body's size, as it is or as its headers say.

    Raises:
        BodyError: It is too large (413).
    """
    if size > max_bytes:
        raise BodyError(413, f'More than {max_bytes / 1e6:.2g} MB are not accepted')
