"""The service's own routes: customers to segments, and what the segments are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from segmint.errors import NotFoundError, RequestError
from segmint.serve import answers, meters, streams
from segmint.serve.desk import Desk, answered, assign_values, json_body, kind_of, read_body, respond
from segmint.serve.rows import Row
from segmint.serve.served import Served
from segmint.serve.texts import values_of_rows
from segmint.types import JSON


async def assign(desk: Desk, request: Request) -> Response:
    """Assign one customer (an object), several (a list), or a stream of them (CSV, JSON lines)."""
    served = desk.shelf.current
    if kind_of(request) in streams.FORMATS:
        return await streams.assign(desk, request, served)
    return await answered(partial(_assigned, desk, served), await json_body(request), served)


def _assigned(desk: Desk, served: Served, sent: bytes) -> Response:
    body = read_body(desk, served, sent)
    rows = customers_of(body, desk)
    found = assign_values(desk, served, values_of_rows(served.model, rows)).records()
    if isinstance(body, dict):
        return respond(served, found[0] | {"model": served.about()})
    return respond(served, {"model": served.about(), "assignments": found})


def customers_of(body: JSON, desk: Desk) -> Sequence[Row]:
    """Return the customers of a body.

    Raises
    ------
    RequestError
        422 for what is neither an object nor a list of objects; 413 for too many.
    """
    rows = body if isinstance(body, list) else [body]
    if len(rows) > desk.limits.rows:
        raise RequestError("serve.too_many_rows", status=413, n=len(rows), most=desk.limits.rows)
    customers = [row for row in rows if isinstance(row, dict)]
    if not rows or len(customers) != len(rows):
        raise RequestError("serve.no_customers", status=422)
    return customers


async def segments(desk: Desk, _: Request) -> Response:
    """Tell all segments."""
    served = desk.shelf.current
    cards = [answers.segment(card) for card in served.model.cards]
    return respond(served, {"model": served.about(), "segments": cards})


async def segment(desk: Desk, request: Request) -> Response:
    """Tell one segment, by id, number (``S2``) or name."""
    served = desk.shelf.current
    try:
        card = served.model.card(request.path_params["segment"])
    except NotFoundError:
        raise RequestError("serve.no_segment", status=404) from None
    return respond(served, answers.segment(card) | {"model": served.about()})


async def model(desk: Desk, _: Request) -> Response:
    """Tell which model is in force, and what it takes."""
    served = desk.shelf.current
    return respond(served, answers.model(served) | {"limits": vars(desk.limits)})


async def metrics(desk: Desk, _: Request) -> Response:
    """Tell the counters, as Prometheus reads them."""
    return Response(desk.meters.exposition(), media_type=meters.CONTENT_TYPE)


async def health(_: Desk, __: Request) -> Response:
    """Say that the service answers: a model is in force from the first moment on."""
    return Response(b'{"status":"ok"}', media_type="application/json")
