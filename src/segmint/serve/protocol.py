"""The connection itself: what a client may send before a request is known, and how long it may not read."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from segmint.serve.settings import Limits

_HEAD: Final = 64 * 1024
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


def protocol_of(limits: Limits) -> type[HttpToolsProtocol]:
    """Return the protocol of a service: uvicorn's own, with bounds where it has none.

    The guard sees a request when its headers are complete. Until then the connection is bounded here: the
    number of connections, the bytes of a head (64 KiB), the seconds until it is whole; and after that the seconds
    in which a client reads nothing of its answer.
    """

    class Bounded(HttpToolsProtocol):
        _timer: asyncio.TimerHandle | None = None
        _in_head = True
        _n_head = 0

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > limits.connections:
                transport.abort()
                return
            self._arm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
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
            self._in_head = False
            self._disarm()
            super().on_headers_complete()

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
