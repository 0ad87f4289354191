"""HTTP connections that end when the other side stalls."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT = 10  # seconds for a request's first line and headers, and for what was not awaited
STALL_TIMEOUT = 30  # seconds in which a reader has to take what is under way (some 50 KB)


class PatientProtocol(H11Protocol):
    """uvicorn's connection, with ends to its patience.

    uvicorn itself waits for ever for the rest of a request's head, and for a reader who never
    reads.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    # uvicorn's own is given this kind of transport alone.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the clock for the first request."""
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Stops the clock when a head is complete."""
        super().data_received(data)
        self._watch_head()

    def on_response_complete(self) -> None:
        """Starts the clock for the next request."""
        super().on_response_complete()
        self._watch_head()

    def pause_writing(self) -> None:
        """Starts the clock for the reader."""
        super().pause_writing()
        self._stall = self.loop.call_later(STALL_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        """Stops the clock for the reader."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops all clocks."""
        super().connection_lost(exc)
        for clock in (self._head, self._stall):
            if clock is not None:
                clock.cancel()

    def _watch_head(self) -> None:
        # What comes of a body after its answer is thrown away, but not for ever.
        is_answered = self.cycle is not None and self.cycle.response_complete
        is_waiting = self.conn.their_state is h11.IDLE or is_answered
        if is_waiting and self._head is None:
            self._head = self.loop.call_later(HEAD_TIMEOUT, self.transport.abort)
        elif not is_waiting and self._head is not None:
            self._head.cancel()
            self._head = None
