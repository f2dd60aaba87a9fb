"""The connection itself: what a client may send before a request is known, and how long it may not read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from segmint.serve.settings import Limits

_HEAD: Final = 64 * 1024
_LINGER: Final = 2.0  # seconds
_END: Final = b"content-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _END
_FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n" + _END


class Lingering:
    """A transport that ends a connection so that the other side can read its answer.

    Where a request was answered before its body was read, closing would reset the connection, and a client
    that is still sending would never see the 413 or 503: so only our side is ended, and what still comes is
    thrown away until the body's end, for two seconds at most.

    Parameters
    ----------
    transport
        The connection.
    unread
        Tells whether the client may still be sending.
    drain
        Called to read on, where reading was paused.
    """

    def __init__(
        self, transport: asyncio.Transport, unread: Callable[[], bool], drain: Callable[[], None]
    ) -> None:
        self._transport, self._unread, self._drain = transport, unread, drain
        self._timer: asyncio.TimerHandle | None = None
        self.write = transport.write
        self.ended = False

    def __getattr__(self, name: str) -> Any:
        """Be the transport in all else."""
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Return whether nothing more is to be sent."""
        return self.ended or self._transport.is_closing()

    def close(self) -> None:
        """End our side; the other when it has sent what it was sending."""
        if self.is_closing():
            return
        self.ended = True
        if not self._unread():
            self._transport.close()
            return
        self._transport.write_eof()
        self._drain()
        self._timer = asyncio.get_running_loop().call_later(_LINGER, self._transport.abort)

    def finish(self) -> None:
        """End both sides: nothing more is to come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._transport.close()


def protocol_of(limits: Limits, turned_away: Callable[[str], bytes | None]) -> type[HttpToolsProtocol]:
    """Return the protocol of a service: uvicorn's own, with bounds where it has none.

    The guard sees a request when its headers are complete. Until then the connection is bounded here: the
    number of connections, the bytes of a head (64 KiB), the seconds until it is whole; and after that the seconds
    in which a client reads nothing of its answer.

    Parameters
    ----------
    limits
        The bounds.
    turned_away
        Asked with a path when the head of a request is known; bytes are sent as they are, as the whole answer, and the
        guard never sees the request. Under ten times too many requests that is what leaves time for those at work.
    """

    leaving: set[HttpToolsProtocol] = set()  # were answered, and may still be sending

    class Bounded(HttpToolsProtocol):
        _timer: asyncio.TimerHandle | None = None
        _in_head = True
        _in_body = False
        _n_head = 0
        _lingering: Lingering
        _turned = False

        def connection_made(self, transport: Any) -> None:
            self._lingering = Lingering(transport, self._unread, self._read_on)
            super().connection_made(cast("asyncio.Transport", self._lingering))
            if len(leaving) > limits.connections:
                transport.abort()
            elif len(self.connections) - len(leaving) > limits.connections:
                self._turn_away(_FULL)
            else:
                self._arm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            leaving.discard(self)
            self._lingering.finish()
            super().connection_lost(exc)

        def _turn_away(self, answer: bytes) -> None:
            self._turned = True
            leaving.add(self)
            self._lingering.write(answer)
            self._lingering.close()

        def _unread(self) -> bool:
            return self._in_body or self._turned

        def _read_on(self) -> None:
            self.flow.resume_reading()

        def data_received(self, data: bytes) -> None:
            if self._turned:
                return
            super().data_received(data)
            self._n_head = self._n_head + len(data) if self._in_head else 0
            if self._n_head > _HEAD:
                self.transport.write(_TOO_LARGE)
                self.transport.close()

        def on_message_begin(self) -> None:
            self._in_head, self._n_head = True, 0
            self._arm()
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._in_head, self._in_body = False, True
            self._disarm()
            answer = turned_away(self.url.partition(b"?")[0].decode("latin-1"))
            if answer is None:
                super().on_headers_complete()
            else:
                self._turn_away(answer)

        def on_body(self, body: bytes) -> None:
            if not self._turned:
                super().on_body(body)

        def on_message_complete(self) -> None:
            self._in_body = False
            if not self._turned:
                super().on_message_complete()
                self._lingering.finish()

        def pause_writing(self) -> None:
            self._arm()
            super().pause_writing()

        def resume_writing(self) -> None:
            self._disarm()
            super().resume_writing()

        def _arm(self) -> None:
            self._disarm()
            self._timer = self.loop.call_later(limits.seconds, self.transport.abort)

        def _disarm(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return Bounded
