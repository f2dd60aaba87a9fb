"""Customers without end: CSV and JSON lines, read in pieces, answered in the same form.

The whole body is read before the first byte is answered: many clients send all before they read, and a
wrong cell in the last row must not follow half an answer. What is to be answered waits in memory up to 32 MiB, then
in a temporary file, so that memory does not grow with the body.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from segmint.errors import RequestError
from segmint.serve.desk import VERSION_HEADER, Desk, kind_of
from segmint.serve.exchange import EXCHANGE, Exchange
from segmint.serve.forms import CsvForm, Form, LinesForm
from segmint.serve.served import Served
from segmint.serve.settings import Limits

FORMATS: Final[Mapping[str, Callable[[Served, Limits], Form]]] = {
    "text/csv": CsvForm,
    "application/csv": CsvForm,
    "application/x-ndjson": LinesForm,
    "application/jsonl": LinesForm,
    "application/json-lines": LinesForm,
}
_PIECE: Final = 1 << 20
_PIECE_OF_TEXTS: Final = 1 << 16
"""A text costs more than numbers of its length, and a piece is answered before the next deadline."""
_LONGEST_RECORD: Final = 1 << 20
_IN_MEMORY: Final = 32 << 20
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_RETRY: Final = 10  # seconds


async def assign(desk: Desk, request: Request, served: Served) -> Response:
    """Assign a stream.

    Raises
    ------
    RequestError
        400 for bytes that are no UTF-8; 413 over the limit; 422 naming row and field.
    """
    kind = kind_of(request)
    exchange: Exchange = request.scope[EXCHANGE]
    exchange.most = desk.limits.stream
    form = FORMATS[kind](served, desk.limits)
    waiting = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed where it has been sent
    try:
        n_bytes = _PIECE if served.model.topics is None else _PIECE_OF_TEXTS
        async for piece in _pieces(request, desk, exchange, n_bytes):
            answer, found = await asyncio.to_thread(form.assign, piece)
            _go_on(desk, exchange)
            if found is not None:
                desk.meters.count(found.assignment)
            await asyncio.to_thread(waiting.write, answer)
        form.end()
        waiting.seek(0)
    except OSError as error:
        waiting.close()
        if error.errno in _NO_SPACE:
            raise RequestError("serve.no_space", status=503, retry_after=_RETRY) from None
        raise
    except BaseException:
        waiting.close()
        raise
    headers = {VERSION_HEADER: served.version}
    return StreamingResponse(_sent(waiting, desk, exchange), headers=headers, media_type=kind)


async def _pieces(request: Request, desk: Desk, exchange: Exchange, n_bytes: int) -> AsyncIterator[bytes]:
    """Give the body in pieces of so many bytes or some more that end with a record."""
    held = bytearray()
    async for part in request.stream():
        _go_on(desk, exchange)
        held += part
        if len(held) < n_bytes:
            continue
        end = _last_record(held)
        if end:
            yield bytes(held[:end])
            del held[:end]
        elif len(held) > n_bytes + _LONGEST_RECORD:
            raise RequestError("serve.record", status=422)
    if held:
        yield bytes(held)


def _go_on(desk: Desk, exchange: Exchange) -> None:
    """Move the deadline: of a stream it counts between two parts."""
    if exchange.deadline is not None:
        exchange.deadline.reschedule(asyncio.get_running_loop().time() + desk.limits.seconds)


def _last_record(held: bytearray) -> int:
    """Return where the last whole record ends: at a line's end with an even number of quotes before it."""
    end = held.rfind(b"\n") + 1
    quotes = held.count(b'"', 0, end)
    while end and quotes % 2:
        before = held.rfind(b"\n", 0, end - 1) + 1
        quotes -= held.count(b'"', before, end)
        end = before
    return end


async def _sent(waiting: IO[bytes], desk: Desk, exchange: Exchange) -> AsyncIterator[bytes]:
    with waiting:
        while piece := await asyncio.to_thread(waiting.read, _PIECE):
            _go_on(desk, exchange)
            yield piece
