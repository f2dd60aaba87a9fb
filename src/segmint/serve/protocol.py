"""The connection itself: what a client may send before a request is known, and how long it may not read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, Final, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from segmint.serve.lingering import Lingering
from segmint.serve.settings import Limits

_HEAD: Final = 64 * 1024
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class Door(Protocol):
    """Who says whether a request is let in at all.

    Its answers are the whole answer as bytes: under ten times too many requests that is what leaves time for those
    at work.
    """

    def turned_away(self, path: str) -> bytes | None:
        """Return what is answered to a request for a path where there is no room; ``None`` where there is."""

    def no_room(self) -> bytes:
        """Return what is answered to a connection too many."""


def protocol_of(limits: Limits, door: Door) -> type[HttpToolsProtocol]:
    """Return the protocol of a service: uvicorn's own, with bounds where it has none."""
    return type("Bounded", (Bounded,), {"limits": limits, "door": door, "leaving": set()})


class Bounded(HttpToolsProtocol):
    """One connection.

    The guard sees a request when its head is complete. Bounded here are: the number of connections; the bytes of
    a head and of the trailers after a body (64 KiB together), and whatever comes without being any of them; the
    seconds until a head is whole, in which a body goes on after its answer, and in which nothing of an answer
    is read.
    """

    limits: ClassVar[Limits]
    door: ClassVar[Door]
    leaving: ClassVar[set[Any]]
    """Connections that were turned away, and may still be sending."""

    _in_body = _turned = _moved = False
    _n_head = _n_silent = 0
    _lingering: Lingering
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    # --------------------------------------------------------------------------- the connection

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or turn it away where there are too many."""
        self._lingering = Lingering(transport, self._unread, self._read_on)
        super().connection_made(cast("asyncio.Transport", self._lingering))
        most = self.limits.connections
        if len(self.leaving) > most:
            transport.abort()
        elif len(self.connections) - len(self.leaving) > most:
            self._turn_away(self.door.no_room())
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._no_more_head()
        self._no_more_writing()
        self.leaving.discard(self)
        self._lingering.finish()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; bytes that are part of nothing that is known are counted."""
        if self._turned:
            return
        self._moved = False
        super().data_received(data)
        self._n_silent = 0 if self._moved else self._n_silent + len(data)
        if self._n_silent > _HEAD:
            self._too_large()
        elif not self._in_body and self._head_timer is None and self._is_free():
            self._await_head()  # blanks before a request stopped the timer of keep-alive

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        self._no_more_writing()
        self._write_timer = self._later()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        self._no_more_writing()
        super().resume_writing()

    # ------------------------------------------------------------------- what the parser has found

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._moved, self._n_head = True, 0
        self._await_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what looks like one after the body is counted and dropped."""
        self._moved = True
        self._n_head += len(name) + len(value) + 4
        if self._n_head > _HEAD:
            self._too_large()
        elif not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let a request in, or turn it away; one that came behind another waits for its turn."""
        self._moved = self._in_body = True
        self._no_more_head()
        if self._turned:
            return
        free = self._is_free()
        answer = self.door.turned_away(self.url.partition(b"?")[0].decode("latin-1")) if free else None
        if answer is None:
            super().on_headers_complete()
        else:
            self._turn_away(answer)

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._moved = True
        if not self._turned:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._moved, self._in_body = True, False
        if not self._turned:
            super().on_message_complete()
            self._lingering.finish()

    def on_response_complete(self) -> None:
        """End an answer; where the body still comes, the connection too."""
        if self._in_body and not self.pipeline:
            self._lingering.close()
        super().on_response_complete()

    # ------------------------------------------------------------------------------------ bounds

    def _is_free(self) -> bool:
        """Return whether no request of this connection is at work."""
        return self.cycle is None or (self.cycle.response_complete and not self.pipeline)

    def _turn_away(self, answer: bytes) -> None:
        self._turned = True
        self.leaving.add(self)
        self._lingering.write(answer)
        self._lingering.close()

    def _too_large(self) -> None:
        if self._is_free():
            self._turn_away(_TOO_LARGE)
        else:  # in the place of the answer to the request at work it would be a lie
            self._turned = True
            self.transport.abort()

    def _unread(self) -> bool:
        return self._in_body or self._turned

    def _read_on(self) -> None:
        self.flow.resume_reading()

    def _await_head(self) -> None:
        self._no_more_head()
        self._head_timer = self._later()

    def _no_more_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _no_more_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _later(self) -> asyncio.TimerHandle:
        abort: Callable[[], None] = self.transport.abort
        return self.loop.call_later(self.limits.seconds, abort)
