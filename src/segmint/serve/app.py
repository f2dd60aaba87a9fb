"""The service: its routes behind its guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, update_wrapper
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from segmint.serve import customers, explaining, inference, likeness, openapi, scoring
from segmint.serve.desk import Desk
from segmint.serve.guard import Guard, Log
from segmint.serve.keys import Keys
from segmint.serve.meters import Meters
from segmint.serve.served import Shelf
from segmint.serve.settings import Limits

Endpoint = Callable[[Desk, Request], Awaitable[Response]]

ROUTES: Final[tuple[tuple[str, str, Endpoint], ...]] = (
    ("POST", "/assign", customers.assign),
    ("POST", "/explain", explaining.answer),
    ("POST", "/neighbors", likeness.neighbors),
    ("POST", "/lookalike", likeness.lookalike),
    ("GET", "/segments", customers.segments),
    ("GET", "/segments/{segment}", customers.segment),
    ("GET", "/model", customers.model),
    ("GET", "/metrics", customers.metrics),
    ("GET", "/health/live", customers.health),
    ("GET", "/health/ready", customers.health),
    ("GET", "/openapi.json", openapi.document),
    ("GET", "/ping", scoring.ping),
    ("GET", "/version", scoring.version),
    ("POST", "/invocations", scoring.invocations),
    ("GET", "/v2", inference.server),
    ("GET", "/v2/", inference.server),
    ("GET", "/v2/health/live", inference.live),
    ("GET", "/v2/health/ready", inference.ready),
    ("GET", "/v2/models/{model}", inference.model),
    ("GET", "/v2/models/{model}/ready", inference.model_ready),
    ("POST", "/v2/models/{model}/infer", inference.infer),
    ("GET", "/v2/models/{model}/versions/{version}", inference.model),
    ("GET", "/v2/models/{model}/versions/{version}/ready", inference.model_ready),
    ("POST", "/v2/models/{model}/versions/{version}/infer", inference.infer),
)
"""Method, path, and what answers; one line to add a route."""


def build(shelf: Shelf, limits: Limits, keys: Keys, meters: Meters, log: Log) -> Guard:
    """Return the service as an ASGI application."""
    desk = Desk(shelf, limits, meters)
    routes = [Route(path, _bound(answer, desk), methods=[method]) for method, path, answer in ROUTES]
    return Guard(Router(routes, redirect_slashes=False), limits, keys, meters, log)


def _bound(answer: Endpoint, desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    return update_wrapper(partial(answer, desk), answer)
