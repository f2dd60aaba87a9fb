"""What all routes share: the model in force, the limits, the counters; bodies in, answers out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from segmint.errors import RequestError
from segmint.serve import answers
from segmint.serve.assigning import Assigned, assigned, n_of
from segmint.serve.json_body import read_json
from segmint.serve.meters import Meters
from segmint.serve.rows import Values
from segmint.serve.served import Served, Shelf
from segmint.serve.settings import Limits
from segmint.types import JSON

VERSION_HEADER: Final = "Segmint-Model"

_PARTS: Final = 1000
_SHORT_BODY: Final = 16 * 1024
"""Bytes (a hundred customers or so) up to which the answer costs less than the way to another thread."""


@dataclass(frozen=True, eq=False)
class Desk:
    """What a route is given beside its request."""

    shelf: Shelf
    limits: Limits
    meters: Meters


def kind_of(request: Request) -> str:
    """Return the type of a body in small letters, without its parameters; JSON where none is said."""
    said = request.headers.get("content-type", "application/json")
    return said.partition(";")[0].strip().lower()


async def json_body(request: Request) -> bytes:
    """Receive a body that says that it is JSON, or says nothing.

    Raises
    ------
    RequestError
        415 for another type.
    """
    kind = kind_of(request)
    if kind != "application/json" and not kind.endswith("+json"):
        raise RequestError("serve.type", status=415, types="application/json")
    return await request.body()


async def answered(make: Callable[[bytes], Response], body: bytes, served: Served) -> Response:
    """Make the answer to a body; to a long one in another thread, so that others are answered meanwhile.

    Where a model takes texts, to every one: how long a text takes its bytes do not tell.
    It is one piece of work from the first byte to the last: of requests that come together the first is done first,
    and makes room for another.
    """
    short = len(body) <= _SHORT_BODY and served.model.topics is None
    return make(body) if short else await asyncio.to_thread(make, body)


def read_body(desk: Desk, served: Served, body: bytes) -> JSON:
    """Read JSON; see :func:`segmint.serve.json_body.read_json` for what is refused."""
    limits = desk.limits
    return read_json(body, depth=limits.depth, parts=4 * limits.rows + _PARTS, known=served.columns)


def assign_values(desk: Desk, served: Served, values: Values, *, first: int = 1) -> Assigned:
    """Assign and count a batch.

    Raises
    ------
    RequestError
        413 for more customers, or words of texts, than one body may hold; 422 naming row and field.
    """
    n_rows = n_of(values)
    if n_rows > desk.limits.rows:
        raise RequestError("serve.too_many_rows", status=413, n=n_rows, most=desk.limits.rows)
    found = assigned(served, values, first=first, most_words=desk.limits.words)
    desk.meters.count(found.assignment)
    return found


def respond(served: Served, content: Any) -> Response:
    """Return plain data as the answer of one model."""
    headers = {VERSION_HEADER: served.version}
    return Response(answers.encoded(content), headers=headers, media_type="application/json")
