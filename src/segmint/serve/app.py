"""The routes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from segmint.errors import NotFoundError, RequestError
from segmint.model.assignment import assign
from segmint.serve import answers, meters
from segmint.serve.guard import Guard, Log
from segmint.serve.json_body import read_json
from segmint.serve.keys import Keys
from segmint.serve.meters import Meters
from segmint.serve.rows import Row, columns_of, keys_of
from segmint.serve.served import Served, Shelf
from segmint.serve.settings import Limits
from segmint.types import JSON

_AT_ONCE: Final = 256
"""Rows up to which the answer costs less than the way to another thread."""


def build(shelf: Shelf, limits: Limits, keys: Keys, log: Log) -> Guard:
    """Return the service as an ASGI application."""
    counted = Meters(shelf)
    service = _Service(shelf, limits, counted)
    routes = [
        Route("/assign", service.assign, methods=["POST"]),
        Route("/segments", service.segments, methods=["GET"]),
        Route("/segments/{segment}", service.segment, methods=["GET"]),
        Route("/model", service.model, methods=["GET"]),
        Route("/metrics", service.metrics, methods=["GET"]),
        Route("/health/live", service.live, methods=["GET"]),
        Route("/health/ready", service.live, methods=["GET"]),
    ]
    return Guard(Router(routes, redirect_slashes=False), limits, keys, counted, log)


class _Service:
    """The routes' functions and what they share."""

    def __init__(self, shelf: Shelf, limits: Limits, counted: Meters) -> None:
        self._shelf, self._limits, self._meters = shelf, limits, counted

    async def assign(self, request: Request) -> Response:
        served = self._shelf.current
        if not _is_json(request):
            raise RequestError("serve.type", status=415, types="application/json")
        body = read_json(await request.body(), depth=self._limits.depth, known=served.columns)
        rows = _customers(body, self._limits)
        if len(rows) <= _AT_ONCE:
            found = self._assigned(served, rows)
        else:
            found = await asyncio.to_thread(self._assigned, served, rows)
        if isinstance(body, dict):
            return _answer(served, found[0] | {"model": served.about()})
        return _answer(served, {"model": served.about(), "assignments": found})

    def _assigned(self, served: Served, rows: Sequence[Row]) -> list[dict[str, Any]]:
        schema = served.model.schema
        assignment = assign(served.model, columns_of(schema, rows), np.empty(len(rows), dtype=object))
        keys = keys_of(schema, rows)
        self._meters.count(assignment)
        return answers.assignments(schema, assignment, keys)

    async def segments(self, _: Request) -> Response:
        served = self._shelf.current
        cards = [answers.segment(card) for card in served.model.cards]
        return _answer(served, {"model": served.about(), "segments": cards})

    async def segment(self, request: Request) -> Response:
        served = self._shelf.current
        try:
            card = served.model.card(request.path_params["segment"])
        except NotFoundError:
            raise RequestError("serve.no_segment", status=404) from None
        return _answer(served, answers.segment(card) | {"model": served.about()})

    async def model(self, _: Request) -> Response:
        served = self._shelf.current
        limits = {
            name: getattr(self._limits, name) for name in ("body", "stream", "rows", "depth", "seconds")
        }
        return _answer(served, answers.model(served) | {"limits": limits})

    async def metrics(self, _: Request) -> Response:
        return Response(self._meters.exposition(), media_type=meters.CONTENT_TYPE)

    async def live(self, _: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _customers(body: JSON, limits: Limits) -> list[Row]:
    """Return the customers of a body: one object, or a list of them."""
    rows = body if isinstance(body, list) else [body]
    if len(rows) > limits.rows:
        raise RequestError("serve.too_many_rows", status=413, n=len(rows), most=limits.rows)
    customers = [row for row in rows if isinstance(row, dict)]
    if not rows or len(customers) != len(rows):
        raise RequestError("serve.no_customers", status=422)
    return list(customers)


def _answer(served: Served, content: Any) -> Response:
    return Response(
        answers.encoded(content), headers={"Segmint-Model": served.version}, media_type="application/json"
    )
