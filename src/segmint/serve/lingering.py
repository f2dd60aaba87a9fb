"""Ending a connection so that the other side can read its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

_SECONDS: Final = 2.0


class Lingering:
    """A transport that is closed without taking the answer back.

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
        self._timer = asyncio.get_running_loop().call_later(_SECONDS, self._transport.abort)

    def finish(self) -> None:
        """End both sides where ours is ended: nothing more is to come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._transport.close()
