"""One request and its answer, counted as they pass."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from segmint.errors import RequestError
from segmint.serve.settings import Limits

if TYPE_CHECKING:
    from asyncio import Timeout

    from starlette.types import Message, Receive, Scope, Send

EXCHANGE: Final = "segmint.exchange"
"""Where a route finds it in its scope."""

REQUEST_HEADER: Final = b"segmint-request"


class CutShort(Exception):  # noqa: N818 - no fault: the server closes the connection on it
    """An answer that has begun cannot go on."""


class Exchange:
    """What is counted of one request.

    Attributes
    ----------
    most
        Bytes of the body at most; a route that streams raises it.
    deadline
        Set before the route is called; a route that streams moves it.
    status
        Of the answer; 0 before it begins.
    name
        What log and answer call the request, so that a client can quote it.
    code, fault
        The error that was answered, and the name of the exception behind a fault of ours.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, limits: Limits) -> None:
        self._receive, self._send = receive, send
        self._announced = _announced(scope)
        self.most = limits.body
        self.deadline: Timeout | None = None
        self.status = self.n_received = self.n_sent = 0
        self.code = self.fault = ""
        self.name = secrets.token_hex(8)

    async def receive(self) -> Message:
        """Receive a part of the body.

        Raises
        ------
        RequestError
            413 where the body is longer than it may be.
        """
        if self._announced > self.most:
            raise RequestError("serve.too_large", status=413, most=self.most)
        message = await self._receive()
        self.n_received += len(message.get("body", b""))
        if self.n_received > self.most:
            raise RequestError("serve.too_large", status=413, most=self.most)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {
                **message,
                "headers": [*message.get("headers", ()), (REQUEST_HEADER, self.name.encode())],
            }
        self.n_sent += len(message.get("body", b""))
        await self._send(message)

    def facts(self) -> dict[str, Any]:
        """Return what the log tells."""
        told = {"request": self.name, "status": self.status, "received": self.n_received, "sent": self.n_sent}
        return told | {name: value for name, value in (("code", self.code), ("fault", self.fault)) if value}


def _announced(scope: Scope) -> int:
    """Return how many bytes a body says that it has."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said) if said.isdigit() and len(said) <= 18 else 0
